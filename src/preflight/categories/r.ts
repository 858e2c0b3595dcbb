import { badReleases } from "../../releases/bad-releases.ts";
import type { ClusterRule } from "../cluster-rule.ts";
import { faultRule } from "../fault-rule.ts";

/** Releases with known faults. */
export const faultRules: readonly ClusterRule[] = badReleases.map(faultRule);

import type { ClusterRule } from "../cluster-rule.ts";
import { rightsTaken } from "../rules/h01-rights-taken.ts";
import { leftBehind } from "../rules/h02-left-behind.ts";
import { surroundings } from "../rules/h05-surroundings.ts";
import { typhaFirst } from "../rules/h06-typha-first.ts";
import { dryRun } from "../rules/h07-dry-run.ts";
import { deleteVersion } from "../rules/h08-delete-version.ts";
import { cordons } from "../rules/h09-cordons.ts";
import { unplaced } from "../rules/h10-unplaced.ts";
import { leases } from "../rules/h13-leases.ts";
import { policiesComeBack } from "../rules/h15-policies-come-back.ts";
import { singleNode } from "../rules/h19-single-node.ts";
import { several } from "../rules/h20-several.ts";
import { images } from "../rules/h21-images.ts";
import { controllerEnds } from "../rules/h24-controller-ends.ts";
import { configAge } from "../rules/h25-config-age.ts";

/** Hazards that can be seen before anything is changed. */
export const hazardRules: readonly ClusterRule[] = [
  rightsTaken,
  leftBehind,
  surroundings,
  typhaFirst,
  dryRun,
  deleteVersion,
  cordons,
  unplaced,
  leases,
  policiesComeBack,
  singleNode,
  several,
  images,
  controllerEnds,
  configAge,
];

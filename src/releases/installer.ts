import type { PodFacts } from "../model/pod.ts";
import type { Truth } from "../model/reading.ts";
import { catalogue } from "./catalogue.ts";
import { releaseOfPod } from "./running.ts";
import { atLeast, versionOf } from "./version.ts";

/**
 * Whether a pod that is deleted takes all of its grace period, because its install-cni ignores the request to end: before
 * v2.6 (calico-facts 7). What comes after it ends by itself, and from v3.4 on before calico-node starts.
 */
export function installerIgnoresSigterm(pod: PodFacts): Truth {
  if (!pod.containers.some(({ name }) => /^install-(calico-)?cni$/.test(name))) return false;
  const releases = releaseOfPod(pod, catalogue).candidates.map(versionOf);
  if (releases.length === 0) return "unknown";
  const old = releases.filter((release) => !atLeast(release, "v2.6.0"));
  return old.length === 0 ? false : old.length === releases.length || "unknown";
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import { startCluster } from "../test/cluster/cluster.ts";
import { manifests } from "../test/e2e/support/manifest-pairs.ts";
import { compare, wall } from "./pairs.ts";
import type { Command, Ratio } from "./pairs.ts";
import { peakMemory } from "./peak-memory.ts";

/** What upstream's largest manifest takes, beside kubectl's reading of the same. */
export interface RebaseCost {
  readonly ratio: Ratio;
  readonly megabytes: number;
}

/**
 * `rebase` of the largest hosted manifest beside kubectl's dry run in the client, of files and without a cluster for
 * ours. Undefined where upstream's manifests are not at hand.
 */
export async function rebaseCost(
  rounds: number,
  ours: (...args: string[]) => Command,
  kubectl: (...args: string[]) => Command,
): Promise<RebaseCost | undefined> {
  const [old = "", next = ""] = ["v3.29", "v3.30"].map((minor) => join(manifests, minor, "kdd-typha.yaml"));
  if (![old, next].every(existsSync)) return undefined;
  const own = ours("rebase", "-f", next, "--mine", old);
  // An empty one: kubectl refuses to patch in the client what was not applied by it.
  const cluster = await startCluster({ nodes: 1 });
  try {
    const { env } = cluster;
    const ratio = await compare(
      rounds,
      () => wall([own], env),
      () => wall([kubectl("apply", "--dry-run=client", "-f", next)], env),
    );
    return { ratio, megabytes: await peakMemory(own, env) };
  } finally {
    await cluster.stop();
  }
}

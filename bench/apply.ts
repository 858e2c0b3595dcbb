import { existsSync } from "node:fs";
import { join } from "node:path";
import { workloadsReady } from "../test/calico/install.ts";
import { startCluster } from "../test/cluster/cluster.ts";
import { manifests } from "../test/e2e/support/manifest-pairs.ts";
import { requestsSent } from "../test/e2e/support/requests-sent.ts";
import { compare, finish, wall } from "./pairs.ts";
import type { Command, Ratio } from "./pairs.ts";

/** The largest that upstream has: all CRDs, Typha, ConfigMap, RBAC, workloads. */
const largest = join(manifests, "v3.30/kdd-typha.yaml");

/**
 * `apply` of upstream's largest manifest beside kubectl's server-side apply of the same, with nothing to change.
 * Undefined where upstream's manifests are not at hand.
 */
export async function applyUnchanged(
  rounds: number,
  ours: (...args: string[]) => Command,
  kubectl: (...args: string[]) => Command,
): Promise<Ratio | undefined> {
  if (!existsSync(largest)) return undefined;
  const cluster = await startCluster({ nodes: 1 });
  try {
    const { env } = cluster;
    const theirs = kubectl("apply", "--server-side", "-f", largest);
    await finish(theirs, env);
    await workloadsReady(cluster);
    return await compare(
      rounds,
      () => wall([ours("apply", "-f", largest, "-y", "--ignore-preflight-errors=all")], env),
      () => wall([theirs], env),
    );
  } finally {
    await cluster.stop();
  }
}

/**
 * Every request of a whole `apply` of upstream's kdd.yaml v3.29 → v3.30 on three nodes, pulling images among them.
 * BIRD is not asked: kwok's containers have none, and with it that is two requests a node. Undefined where upstream's
 * manifests are not at hand.
 */
export async function applyRequests(
  ours: (...args: string[]) => Command,
  kubectl: (...args: string[]) => Command,
): Promise<number | undefined> {
  const [old = "", next = ""] = ["v3.29", "v3.30"].map((minor) => join(manifests, minor, "kdd.yaml"));
  if (![old, next].every(existsSync)) return undefined;
  const cluster = await startCluster({ nodes: 3, audit: "Metadata" });
  try {
    await finish(kubectl("apply", "-f", old), cluster.env);
    await workloadsReady(cluster);
    const mark = await cluster.audit.mark();
    await finish(ours("apply", "-f", next, "-y", "--settle=0s", "--bgp-check=off"), cluster.env);
    return (await requestsSent(cluster, mark)).length;
  } finally {
    await cluster.stop();
  }
}

import { createHash } from "node:crypto";
import { type Cluster, type ClusterOptions, attachCluster, startCluster } from "../cluster/cluster.ts";
import { removeNamespaces } from "../cluster/reset.ts";
import { isInUse } from "../cluster/state.ts";

/** Two checkouts that are tested at the same time do not share a cluster. */
const ofCheckout = createHash("sha256")
  .update(import.meta.dirname)
  .digest("hex")
  .slice(0, 6);

/**
 * The cluster of a test file. `scripts/test PART` keeps clusters for the next run of the part: then it is the
 * one that an earlier run left, cleaned, or a new one that stays. Everything else starts its own and ends it.
 */
export async function testCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { kubeVersion = "1.36", nodes = 3, audit, ...special } = options;
  const shareable = typeof nodes === "number" && Object.keys(special).length === 0;
  if (process.env["KEEP_CLUSTERS"] === undefined || !shareable) return await startCluster(options);
  const name = ["kept", ofCheckout, kubeVersion.replace(".", "-"), nodes, audit?.toLowerCase()]
    .filter((part) => part !== undefined)
    .join("-");
  const up = isInUse(name);
  const cluster = up ? attachCluster(name) : await startCluster({ ...options, name, keep: true });
  if (up) await Promise.all([cluster.resetCalico(), removeNamespaces(cluster.api)]);
  const stop = (): Promise<void> => {
    cluster.api.close();
    return Promise.resolve();
  };
  // Not a copy: `audit` is a getter that throws where there is no log.
  return Object.create(cluster, { stop: { value: stop } }) as Cluster;
}

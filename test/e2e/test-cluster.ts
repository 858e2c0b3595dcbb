import { type Cluster, type ClusterOptions, attachCluster, startCluster } from "../cluster/cluster.ts";
import { isInUse } from "../cluster/state.ts";

/**
 * The cluster of a test file. `scripts/test PART` keeps clusters for the next run of the part: then it is the
 * one that an earlier run left, cleaned, or a new one that stays. Everything else starts its own and ends it.
 */
export async function testCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { kubeVersion = "1.36", nodes = 3, audit, ...special } = options;
  const shareable = typeof nodes === "number" && Object.keys(special).length === 0;
  if (process.env["KEEP_CLUSTERS"] === undefined || !shareable) return await startCluster(options);
  const name = ["kept", kubeVersion, nodes, audit?.toLowerCase()]
    .filter((part) => part !== undefined)
    .join("-");
  const up = isInUse(name);
  const cluster = up ? attachCluster(name) : await startCluster({ ...options, name, keep: true });
  if (up) await cluster.resetCalico();
  return {
    ...cluster,
    // A getter, which throws where there is no audit log.
    get audit() {
      return cluster.audit;
    },
    stop: async () => {
      cluster.api.close();
      await Promise.resolve();
    },
  };
}

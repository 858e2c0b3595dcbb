import type { Cluster } from "../cluster/cluster.ts";
import { clusterFolder, readCredentials } from "../cluster/state.ts";
import type { Upstream } from "./proxy.ts";

/** A test cluster, with all rights. */
export function upstreamOf({ name, api }: Cluster): Upstream {
  const folder = clusterFolder(name);
  return {
    server: api.server,
    authority: readCredentials(folder, "ca").certificate,
    credentials: readCredentials(folder, "admin"),
  };
}

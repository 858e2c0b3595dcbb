import type { KubeVersion } from "../cluster/binaries/recipes.ts";
import type { Cluster } from "../cluster/cluster.ts";

/** A command on a cluster that has something for it to do, run again and again from the same beginning. */
export interface Story {
  /** `apply, v3.29 → v3.30`. */
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  /** Brings a clean cluster to where the command begins. */
  readonly prepare: (cluster: Cluster, folder: string) => Promise<void>;
  /** Known when everything is prepared. */
  readonly command: (folder: string) => readonly string[];
  /** Nodes that the user has cordoned before. */
  readonly cordoned?: readonly string[];
}

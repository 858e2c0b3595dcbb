import { calicoFacts, type CalicoFacts } from "../facts/calico.ts";
import { withoutEtcd } from "../facts/etcd.ts";
import type { ClusterFacts, ReadingName } from "../model/cluster-facts.ts";
import type { NamespacedName } from "../model/kube.ts";
import type { Catalogue } from "../releases/catalogue.ts";

/** What rules look at: every reading of the cluster, and which Calico follows from them. */
export interface PreflightFacts extends Pick<ClusterFacts, ReadingName>, Omit<CalicoFacts, "installSeen"> {}

/** `daemonSet`: the one that is judged, where several run calico-node (hazard H20). */
export function preflightFacts(
  cluster: ClusterFacts,
  catalogue: Catalogue,
  daemonSet?: NamespacedName,
): PreflightFacts {
  const calico = calicoFacts(cluster, catalogue, daemonSet);
  return { ...withoutEtcd(cluster, calico.datastore), ...calico };
}

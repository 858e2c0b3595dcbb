import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { DatastoreType } from "../model/datastore.ts";
import { listedKinds } from "../model/listed-kinds.ts";
import type { Reading } from "../model/reading.ts";
import { sh } from "../model/shell.ts";

/** Calico's own objects; ClusterInformation also tells of a move to the Kubernetes datastore under way. */
export const inDatastore = [
  "tiers",
  "hostEndpoints",
  "ipPools",
  "felixConfigurations",
  "bgpConfigurations",
  "bgpPeers",
  "kubeControllersConfigurations",
  "globalNetworkPolicies",
  "calicoNetworkPolicies",
] as const satisfies readonly (keyof ClusterFacts)[];

/**
 * With the etcd datastore the Kubernetes API does not show Calico's objects. Objects of the same kinds
 * may be left there by a move; they are not those that count.
 */
export function withoutEtcd(facts: ClusterFacts, datastore: Reading<DatastoreType>): ClusterFacts {
  if (!datastore.known || datastore.value !== "etcd") return facts;
  const elsewhere = inDatastore.map((name): readonly [string, Reading<never>] => {
    const message = `Calico keeps them in etcd: ${sh`calicoctl get ${listedKinds[name].resource} -o yaml`}`;
    return [name, { known: false, why: "not served", message }];
  });
  return { ...facts, ...Object.fromEntries(elsewhere) };
}

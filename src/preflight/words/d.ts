import { issue, notes, upgradeReadme } from "../../releases/citations.ts";
import type { Words } from "./shape.ts";

const calicoUpgrade = "https://github.com/projectcalico/calico-upgrade";

/** Migrations of Calico's own data (calico-facts section 3). */
export const dataWords = {
  D01: {
    title: "everything in ThirdPartyResources is in CustomResourceDefinitions",
    why: "v2.5 with the Kubernetes datastore reads only CRDs: without its data calico-node does not start. Upstream's Job does not copy SystemNetworkPolicies, and does not notice every failure.",
    detected: "Calico's ThirdPartyResources and CRDs, the Job calico-upgrade-v2.5 and SystemNetworkPolicies",
    fix: "kubectl calico-upgrade migrate-data copies and compares object by object. SystemNetworkPolicies become GlobalNetworkPolicies of the same name.",
    releases: "up to v2.4 → v2.5 and newer, Kubernetes datastore",
    sources: [upgradeReadme, issue(1052), issue(1620)],
  },
  D02: {
    title: "calico-node may read the data that it converts for v3",
    why: "With the Kubernetes datastore calico-node v3 converts the data of v2.6 when it starts. Without the right to read the old kinds it does not start.",
    detected: "the rules of the ClusterRoles that calico-node's ServiceAccount has",
    fix: "Apply the roles of the new manifest before the DaemonSet. calicoctl of v2 must not be used after it.",
    releases: "v2.6 → v3.0 and newer, Kubernetes datastore",
    sources: [
      "calico-node v3.1.0 (startup/startup.go, ensureKDDMigrated)",
      "https://github.com/aws/amazon-vpc-cni-k8s/issues/450",
      issue(2063),
    ],
  },
  D03: {
    title: "the data in etcd is converted for v3 by calico-upgrade",
    why: "With etcd the data of v2.6.5 and newer is converted by a program of its own: dry-run, start, then the new nodes, then complete. From start to complete new pods get no network, and upgraded calico-node pods stay 1/2 Ready.",
    detected: "nothing: the data is in etcd, not in the API",
    fix: "Back etcd up, then calico-upgrade dry-run right before calico-upgrade start; upgrade the controller and the nodes; calico-upgrade complete. Keep its reports. Upgrading the etcd server is another thing: `etcdctl migrate` leaves the v2 data as they are, and an etcd v3 server that still serves the v2 API has no impact on Calico.",
    releases: "v2.6.5 – v2.6.12 → v3.0 – v3.5, etcd",
    sources: [calicoUpgrade, "upgrade pages of v3.0 – v3.5", issue(2216)],
  },
  D04: {
    title: "addresses move from host-local to calico-ipam only where that is wanted",
    why: "The init container upgrade-ipam takes the addresses of running pods over and locks the datastore meanwhile. There is no way back. On a cluster that stays with host-local it wipes host-local's state, and addresses are given out twice. Releases v3.6.0 – v3.6.2 and v3.7.0 – v3.7.2 have faults in it.",
    detected:
      "ipam.type in the CNI configuration, and the init container upgrade-ipam, of the DaemonSet and of the file",
    fix: "Take the init container out where host-local stays; else take the CNI configuration with calico-ipam, the CRDs and the roles together with it.",
    releases: "v3.6 and newer, Kubernetes datastore",
    sources: [
      notes("v3.6.1", "v3.6.2", "v3.6.3", "v3.7.1", "v3.7.2", "v3.7.3"),
      issue(11702),
      "https://github.com/projectcalico/calico/pull/8642",
    ],
  },
  D05: {
    title: "no migration holds Calico's datastore",
    why: "The lock of calico-upgrade, of calicoctl datastore migrate, of upgrade-ipam and of the CRD migration is datastoreReady=false: somebody is at work. While it is held no new pod gets an address. calico-node and the CNI plugin with different datastores are the middle of a move, or a broken edit.",
    detected:
      "spec.datastoreReady of ClusterInformation default, and the datastores of calico-node and its CNI configuration",
    fix: "Finish the migration (calicoctl datastore migrate unlock, calico-upgrade complete or abort) with the one who began it. The lock is never taken away from here.",
    releases: "any",
    sources: [
      "documentation of the datastore migration (operations/datastore-migration)",
      calicoUpgrade,
      "documentation of the CRD migration (operations/crd-migration)",
    ],
  },
  D06: {
    title: "the migration to native v3 CRDs is at rest",
    why: "The migration that v3.32 brings as a preview locks the datastore and needs Kubernetes 1.32. After it node, typha and controller have to be told CALICO_API_GROUP=projectcalico.org/v3, which a manifest without it takes away again.",
    detected: "DatastoreMigrations and their phase, and CALICO_API_GROUP of calico-node",
    fix: "Let it come to Complete, or delete a Failed one, before anything is upgraded; then keep CALICO_API_GROUP in every manifest that is applied.",
    releases: "v3.32 and newer, Kubernetes datastore",
    sources: ["documentation of the CRD migration (operations/crd-migration)"],
  },
} as const satisfies Readonly<Record<string, Words>>;

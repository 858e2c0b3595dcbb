import type { DatastoreType } from "../model/datastore.ts";
import type { Truth } from "../model/reading.ts";
import { atLeast, type Version } from "../releases/version.ts";

/** What is known of the migrations that other programs do (calico-facts 3.2 to 3.6). */
export interface OtherFacts {
  readonly datastore: DatastoreType | "unknown";
  /** The oldest release that a node runs. */
  readonly release: Version | undefined;
  /** ClusterInformation default, spec.datastoreReady; true also where there is none. */
  readonly ready: Truth;
  /** Of the DatastoreMigration; undefined: there is none. "unknown": it could not be read. */
  readonly phase: string | undefined;
}

export interface OtherMigration {
  readonly id: "D02" | "D03" | "D04" | "D05" | "D06";
  readonly what: string;
  /** none: not of this cluster. ahead: an upgrade will need it. */
  readonly state: "none" | "ahead" | "in progress" | "done" | "unknown";
  readonly because: string;
  /** For a shell; remarks begin with #. */
  readonly commands: readonly string[];
}

export function otherMigrations(facts: OtherFacts): readonly OtherMigration[] {
  return [dataModel(facts), etcdData(facts), ipam(facts), toKubernetes(facts), toNativeApi(facts)];
}

type MigrationState = Pick<OtherMigration, "state" | "because">;

function dataModel({ datastore, release }: OtherFacts): OtherMigration {
  const judged: MigrationState =
    datastore === "etcd"
      ? { state: "none", because: "with etcd it is D03" }
      : release === undefined || datastore === "unknown"
        ? { state: "unknown", because: "which release runs, and on which datastore, is not known" }
        : atLeast(release, "v3.0.0")
          ? { state: "done", because: `${release.text} runs` }
          : {
              state: "ahead",
              because: "calico-node v3 converts the data when it starts, from v2.6.5 or a later v2.6 only",
            };
  return {
    id: "D02",
    what: "data model of v3 (Kubernetes datastore)",
    ...judged,
    commands:
      judged.state === "ahead"
        ? [
            "# before v3: v2.6.5 or later on every node, and the new RBAC",
            "kubectl auth can-i get globalfelixconfigs.crd.projectcalico.org --as=system:serviceaccount:kube-system:calico-node",
          ]
        : [],
  };
}

function etcdData({ datastore, release }: OtherFacts): OtherMigration {
  const after = release !== undefined && atLeast(release, "v3.0.0");
  const judged: MigrationState =
    datastore === "kubernetes"
      ? { state: "none", because: "Calico's data is in Kubernetes" }
      : datastore === "unknown"
        ? { state: "unknown", because: "the datastore is not known" }
        : after
          ? {
              state: "unknown",
              because: "whether it was completed stands in etcd, which is not seen from here",
            }
          : {
              state: "ahead",
              because:
                "from v2.6.5 or a later v2.6 to v3.0 – v3.5; until it is completed pods stay 1/2 Ready",
            };
  return {
    id: "D03",
    what: "calico-upgrade: etcd v2 data to v3",
    ...judged,
    commands:
      judged.state === "none"
        ? []
        : after
          ? [
              "calico-upgrade inprogress",
              "# where every node runs v3 and it was not done:",
              "calico-upgrade complete",
            ]
          : [
              "calico-upgrade needed",
              "calico-upgrade dry-run",
              "# pauses Calico until it is completed",
              "calico-upgrade start",
              "# after the last node",
              "calico-upgrade complete",
              "# back, before complete, with v2 on the nodes",
              "calico-upgrade abort",
            ],
  };
}

function ipam({ datastore, release }: OtherFacts): OtherMigration {
  const judged: MigrationState =
    datastore === "etcd"
      ? { state: "none", because: "with etcd it was calico-ipam before" }
      : release === undefined || datastore === "unknown"
        ? { state: "unknown", because: "which release runs is not known" }
        : atLeast(release, "v3.6.0")
          ? { state: "unknown", because: "what a node uses stands in its CNI configuration" }
          : {
              state: "ahead",
              because:
                "manifests from v3.6 on switch to calico-ipam and bring the init container upgrade-ipam; one node that did it is a one-way boundary",
            };
  return {
    id: "D04",
    what: "host-local to calico-ipam (v3.6)",
    ...judged,
    commands:
      judged.state === "none"
        ? []
        : [
            "kubectl get configmap -n kube-system calico-config -o yaml | grep -A1 '\"ipam\"'",
            "kubectl get ipamblocks.crd.projectcalico.org",
          ],
  };
}

function toKubernetes({ datastore, ready }: OtherFacts): OtherMigration {
  const judged: MigrationState =
    ready === false
      ? {
          state: "in progress",
          because:
            "ClusterInformation default says datastoreReady false: somebody holds the lock, and new pods do not start",
        }
      : ready === "unknown"
        ? { state: "unknown", because: "ClusterInformation could not be read" }
        : {
            state: "none",
            because:
              datastore === "etcd"
                ? "nobody has begun it; it is not part of an upgrade"
                : "nobody holds the lock",
          };
  return {
    id: "D05",
    what: "calicoctl datastore migrate: etcd to the Kubernetes datastore (v3.15 and later)",
    ...judged,
    commands:
      judged.state === "none"
        ? []
        : [
            "kubectl get clusterinformations.crd.projectcalico.org default -o jsonpath='{.spec.datastoreReady}'",
            "calicoctl datastore migrate lock",
            "calicoctl datastore migrate export > calico-data.yaml",
            "# with DATASTORE_TYPE=kubernetes",
            "calicoctl datastore migrate import -f calico-data.yaml",
            "# the manifest for the Kubernetes datastore, then",
            "kubectl rollout status -n kube-system daemonset/calico-node",
            "# from here there is no way back",
            "calicoctl datastore migrate unlock",
          ],
  };
}

const running = ["Pending", "Migrating", "WaitingForConflictResolution", "Converged"];

function toNativeApi({ phase }: OtherFacts): OtherMigration {
  const judged: MigrationState =
    phase === undefined
      ? { state: "none", because: "there is no DatastoreMigration" }
      : running.includes(phase)
        ? { state: "in progress", because: `its phase is ${phase}: do not upgrade until it has ended` }
        : phase === "Complete"
          ? {
              state: "done",
              because: "its phase is Complete: delete the object before the CRD, never the CRD first",
            }
          : phase === "Failed"
            ? { state: "in progress", because: "its phase is Failed: delete the object before anything else" }
            : {
                state: "unknown",
                because:
                  phase === "unknown"
                    ? "DatastoreMigration could not be read"
                    : `its phase is ${phase === "" ? "not said" : phase}`,
              };
  return {
    id: "D06",
    what: "DatastoreMigration: CRDs to projectcalico.org/v3 (v3.32 and later)",
    ...judged,
    commands:
      judged.state === "none"
        ? []
        : [
            "kubectl get datastoremigrations.migration.projectcalico.org -o yaml",
            ...(phase === "Complete" || phase === "Failed"
              ? [
                  "# its finalizer deletes Calico's data if the CRD goes first",
                  "kubectl delete datastoremigrations.migration.projectcalico.org --all",
                ]
              : []),
          ],
  };
}

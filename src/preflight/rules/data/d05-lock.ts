import { calicoUpgrade } from "../../../releases/citations.ts";
import { datastore as datastoreOf } from "../../../model/datastore.ts";
import type { PreflightFacts } from "../../facts.ts";
import { unknownBecause } from "../../rule.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { specSeen } from "../../seen.ts";
import type { Subject } from "../../subject.ts";
import { templatePair } from "../../template-pair.ts";

/**
 * Calico-facts 3.5: the lock of every migration. With etcd it is in etcd, but a move to the Kubernetes
 * datastore that has begun shows here as well.
 */
export const lock = clusterRule({
  id: "D05",
  severity: "error",
  page: {
    title: "no migration holds Calico's datastore",
    why: "The lock of calico-upgrade, of calicoctl datastore migrate, of upgrade-ipam and of the CRD migration is datastoreReady=false: somebody is at work. While it is held no new pod gets an address. calico-node and the CNI plugin with different datastores are the middle of a move, or a broken edit.",
    detected:
      "spec.datastoreReady of ClusterInformation default, and the datastores of calico-node and its CNI configuration",
    fix: "Finish or abort the migration with the one who began it: calicoctl's is unlocked, that of upstream's calico-upgrade completed. This program never removes the lock.",
    commands: ["calicoctl datastore migrate unlock", "calico-upgrade complete"],
    releases: "any",
    sources: [
      "documentation of the datastore migration (operations/datastore-migration)",
      calicoUpgrade,
      "documentation of the CRD migration (operations/crd-migration)",
    ],
  },
  needs: ["datastore", "datastoreSigns"],
  steps: ["controller", "configmap", "node", "apply"],
  looks: ["clusterInformations", "daemonSet", "configMaps"],
  check({ datastore, datastoreSigns: signs }, subject, _now, readings) {
    const { clusterInformations } = readings;
    if (signs.disagreement && !mends(subject, readings)) {
      return {
        outcome: "fail",
        because: `calico-node and the CNI plugin have different datastores: ${signs.evidence.join("; ")}`,
        evidence: signs.evidence.map((value) => ({ object: "datastore", field: "configuration", value })),
        fix: "finish the move to the other datastore, or repair the ConfigMap, and restart what reads it",
      };
    }
    const locked = clusterInformations.known
      ? clusterInformations.value.find(({ spec }) => spec["datastoreReady"] === false)
      : undefined;
    if (locked !== undefined) {
      return {
        outcome: "fail",
        because: `ClusterInformation ${locked.name} says that the datastore is not ready: a migration holds it, and no new pod gets an address`,
        evidence: [specSeen("ClusterInformation", locked, "datastoreReady")],
        fix: "finish or abort it with the one who began it: calicoctl's is unlocked, that of upstream's calico-upgrade completed",
        commands: ["calicoctl datastore migrate unlock", "calico-upgrade complete"],
      };
    }
    // What the CNI plugin is configured with stands in a ConfigMap.
    const unread = (["configMaps", "clusterInformations"] as const).flatMap((name) => {
      const reading = readings[name];
      return reading.known || reading.why === "not served" ? [] : [unknownBecause(name, reading)];
    });
    if (unread.length > 0) {
      return {
        outcome: "unknown",
        // With etcd the lock itself is in etcd: that is no reason to stop.
        ...(datastore === "etcd" ? { severity: "warning" as const } : {}),
        because: unread.join("; "),
      };
    }
    if (datastore === "etcd") {
      return {
        outcome: "pass",
        because:
          "no move to the Kubernetes datastore is under way; a lock inside etcd only calicoctl get clusterinformation -o yaml shows",
      };
    }
    return { outcome: "pass", because: "nothing says that the datastore is not ready" };
  },
});

/** A file whose calico-node and CNI plugin have one datastore. */
function mends(subject: Subject, { daemonSet, configMaps }: PreflightFacts): boolean {
  if (!daemonSet.known || !configMaps.known) return false;
  const file = templatePair(subject, daemonSet.value, configMaps.value)?.file;
  if (file === undefined) return false;
  const { type, disagreement } = datastoreOf(file.daemonSet.template, file.configMaps, "unknown");
  return !disagreement && type !== "unknown";
}

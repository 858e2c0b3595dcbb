import { datastore } from "../../../model/datastore.ts";
import { flavour } from "../../../model/install.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { templatePair } from "../../template-pair.ts";

/** Hazard H20, and calico-facts 1.1 and 1.5. */
export const sameInstall = clusterRule({
  id: "M02",
  severity: "error",
  page: {
    title: "the file is for this install: same DaemonSet, datastore and flavour",
    why: "Another name makes a second calico-node beside the first, another datastore an empty network, and Calico's own networking in place of flannel's cuts pods off.",
    detected:
      "namespace and name of the calico-node DaemonSets, their datastore, and whether flannel runs beside",
    fix: "Give the manifest of the same flavour: calico.yaml, calico-etcd.yaml, canal.yaml.",
    sources: [
      "manifests of the releases",
      "https://docs.tigera.io/calico/latest/operations/datastore-migration",
    ],
  },
  when: { manifest: true },
  needs: ["daemonSet", "configMaps", "datastore"],
  steps: ["apply", "node"],
  check({ daemonSet, configMaps, datastore: type }, subject) {
    const here = `${daemonSet.namespace}/${daemonSet.name}`;
    const sets = subject.manifest?.facts.daemonSets;
    const inFile = sets?.known === true ? sets.value : [];
    if (inFile.length === 0) return { outcome: "n/a", because: "the file has no calico-node (M01)" };
    const pair = templatePair(subject, daemonSet, configMaps);
    if (pair === undefined) {
      const names = inFile.map(({ namespace, name }) => (namespace === "" ? name : `${namespace}/${name}`));
      return {
        outcome: "fail",
        because: `the file's calico-node is DaemonSet ${names.join(", ")}, and the cluster's is ${here}: applied, there would be two`,
        evidence: names.map((value) => ({ object: "the file", field: "metadata.name", value })),
        fix: `give the manifest that holds ${here}`,
      };
    }
    const { template } = pair.file.daemonSet;
    const { type: wanted } = datastore(template, pair.file.configMaps, "unknown");
    if (wanted !== "unknown" && wanted !== type) {
      return {
        outcome: "fail",
        because: `the file is for the ${wanted} datastore, and this Calico uses ${type}`,
        evidence: [{ object: `DaemonSet ${here}`, field: "datastore", value: `${type} → ${wanted}` }],
        fix:
          type === "etcd"
            ? "give the manifest for etcd (calico-etcd.yaml); calicoctl datastore migrate moves the data, in a step of its own"
            : "give the manifest for the Kubernetes datastore (calico.yaml)",
      };
    }
    const [before, after] = [flavour(daemonSet.name, daemonSet.template), flavour(daemonSet.name, template)];
    if (before !== after) {
      return {
        outcome: "fail",
        because: `${before} runs, and the file is ${after}`,
        evidence: [{ object: `DaemonSet ${here}`, field: "flavour", value: `${before} → ${after}` }],
        fix: before === "canal" ? "give canal.yaml of the release" : "give calico.yaml of the release",
      };
    }
    return { outcome: "pass", because: `the file holds DaemonSet ${here}, for the ${type} datastore` };
  },
});

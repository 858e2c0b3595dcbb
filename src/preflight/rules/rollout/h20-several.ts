import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H20. */
export const several = clusterRule({
  id: "H20",
  severity: "warning",
  page: {
    title: "one DaemonSet runs calico-node",
    why: "Several are legitimate, one for each pool or architecture. A command changes one of them and has to be told which.",
    detected: "DaemonSets whose template runs calico-node",
    fix: "Name one with --daemonset=NAMESPACE/NAME, and upgrade them one after the other.",
    sources: ["https://github.com/projectcalico/calico/issues/1112"],
  },
  needs: ["daemonSets"],
  check({ daemonSets }) {
    const names = daemonSets.map(({ namespace, name }) => `${namespace}/${name}`);
    if (names.length === 0) return { outcome: "n/a", because: "no DaemonSet runs calico-node" };
    if (names.length === 1) return { outcome: "pass", because: `DaemonSet ${names[0] ?? ""}` };
    return {
      outcome: "fail",
      because: `${names.length} DaemonSets run calico-node: ${names.join(", ")}`,
      evidence: names.map((value) => ({
        object: `DaemonSet ${value}`,
        field: "template",
        value: "calico-node",
      })),
      fix: `--daemonset=${names[0] ?? ""} names one; upgrade them one after the other`,
    };
  },
});

import { clusterRule } from "../../cluster-rule.ts";
import { objectOf, replicasSeen } from "../../seen.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 1.3 and 4.3, B03: v2.6's policy-controller with no replicas is how it should be. */
export const twoControllers = clusterRule({
  id: "B03",
  severity: "error",
  page: {
    title: "only one of the two policy controllers runs",
    why: "v2.6 replaces calico-policy-controller by calico-kube-controllers. Its manifest keeps the old Deployment with no replicas, to turn it off. Two controllers at once write over each other.",
    detected: "the replicas of calico-policy-controller and calico-kube-controllers",
    fix: "Scale the old controller to 0, and wait until its pod is gone.",
    commands: ["kubectl -n kube-system scale deployment calico-policy-controller --replicas=0"],
    releases: "up to v2.5 → v2.6 and newer, etcd",
    sources: ["manifest of v2.6"],
  },
  when: { datastore: "etcd" },
  needs: ["workloads"],
  steps: ["controller", "apply"],
  check({ workloads }) {
    const running = workloads.filter(({ component, desired }) => component === "controller" && desired > 0);
    const old = running.find(({ name }) => name === "calico-policy-controller");
    const other = running.find(({ name }) => name !== "calico-policy-controller");
    if (old === undefined || other === undefined) {
      const names = running.map(objectOf);
      return {
        outcome: "pass",
        because: names.length === 0 ? "no controller runs" : `only ${names.join(", ")} runs`,
      };
    }
    return {
      outcome: "fail",
      because: `${objectOf(old)} and ${objectOf(other)} run at once and write over each other`,
      evidence: [replicasSeen(old), replicasSeen(other)],
      fix: "scale the old controller to 0",
      commands: [sh`kubectl -n ${old.namespace} scale ${old.kind.toLowerCase()} ${old.name} --replicas=0`],
    };
  },
});

import { seed } from "../../../releases/citations.ts";
import { isTombstone } from "../../../model/workload.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { objectOf, replicasSeen } from "../../seen.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 1.3 and 4.3, B01: the controller step scales the ReplicaSet down before the Deployment comes. */
export const replicaSet = clusterRule({
  id: "B01",
  severity: "error",
  page: {
    title: "no policy controller of v1 runs on beside that of v2",
    why: "Up to v1.6 the controller is a ReplicaSet, from v2.0 a Deployment. Only one controller may ever be active.",
    detected: "ReplicaSets and Deployments of the policy controller, and their replicas",
    fix: "Upgrade with controller: it scales the ReplicaSet to 0, waits until its pod is gone and applies the Deployment.",
    commands: ["kubectl calico-upgrade controller -f FILE"],
    releases: "up to v1.6 → v2.0 and newer, etcd",
    sources: [seed],
  },
  when: { crosses: "v2.0.0", datastore: "etcd" },
  needs: ["workloads"],
  check({ workloads }) {
    const controllers = workloads.filter((each) => each.component === "controller" && !isTombstone(each));
    const running = controllers.filter(({ desired }) => desired > 0);
    const old = running.find(({ kind }) => kind === "ReplicaSet");
    if (old === undefined) return { outcome: "pass", because: "no ReplicaSet of the policy controller runs" };
    const advice = {
      fix: "controller scales it to 0 first; the second command does it by hand",
      commands: [
        "kubectl calico-upgrade controller -f FILE",
        sh`kubectl -n ${old.namespace} scale replicaset ${old.name} --replicas=0`,
      ],
    };
    const other = running.find(({ kind }) => kind === "Deployment");
    return other === undefined
      ? {
          outcome: "fail",
          severity: "warning",
          because: `${objectOf(old)} has to be at 0 before the new controller starts`,
          evidence: [replicasSeen(old)],
          ...advice,
        }
      : {
          outcome: "fail",
          because: `${objectOf(old)} and ${objectOf(other)} run at once`,
          evidence: [replicasSeen(old), replicasSeen(other)],
          ...advice,
        };
  },
});

import { isTombstone } from "../../../model/workload.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Controllers and Typha; v2.6's controller at no replicas is off on purpose (calico-facts 1.3). */
export const componentsReady = clusterRule({
  id: "S04",
  severity: "warning",
  page: {
    title: "Calico's controller and Typha are Ready",
    why: "Without the controller new policies (etcd) or the clean-up of addresses wait; nodes that use Typha get no updates without it.",
    detected: "Deployments and ReplicaSets of the controller and of Typha",
    fix: "Repair them first: their events say why their pods do not start.",
    commands: ["kubectl describe -n NAMESPACE deployment/NAME"],
    sources: ["documentation of v2.5 (getting-started/kubernetes/upgrade)"],
  },
  needs: ["workloads"],
  check({ workloads }) {
    const used = workloads.filter((each) => !isTombstone(each));
    const down = used.filter(({ ready, desired }) => ready < desired);
    if (down.length === 0)
      return {
        outcome: "pass",
        because:
          used.length === 0 ? "there is no controller and no Typha" : "controllers and Typha are Ready",
      };
    const named = down.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
    return {
      outcome: "fail",
      because: `not Ready: ${some(down.map(({ ready, desired }, index) => `${named[index] ?? ""} (${ready} of ${desired})`))}`,
      evidence: down.map(({ ready, desired }, index) => ({
        object: named[index] ?? "",
        field: "status.readyReplicas",
        value: `${ready} of ${desired}`,
      })),
      fix: "repair it first: its events say why its pods do not start",
      commands: [
        sh`kubectl describe -n ${down[0]?.namespace ?? ""} ${(down[0]?.kind ?? "").toLowerCase()}/${down[0]?.name ?? ""}`,
      ],
    };
  },
});

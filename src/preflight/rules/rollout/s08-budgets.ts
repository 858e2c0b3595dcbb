import { selects } from "../../../model/label-selector.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** A budget that allows no disruption blocks evictions: the drains that people run beside an upgrade. */
export const budgets = clusterRule({
  id: "S08",
  severity: "info",
  page: {
    title: "PodDisruptionBudgets allow a disruption",
    why: "An eviction that a budget does not allow is refused: kubectl drain then waits, without end. Of this program only `node --drain` evicts pods.",
    detected: "status.disruptionsAllowed of PodDisruptionBudgets, and which of them select Calico's pods",
    fix: "Bring the pods of that budget to Ready before you drain a node.",
    sources: ["https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"],
  },
  needs: ["podDisruptionBudgets", "pods"],
  check({ podDisruptionBudgets, pods }) {
    const closed = podDisruptionBudgets.filter(({ allowed }) => allowed === 0);
    const silent = podDisruptionBudgets.filter(({ allowed }) => allowed === undefined);
    if (closed.length === 0 && silent.length > 0) {
      return {
        outcome: "unknown",
        because: `status.disruptionsAllowed is not set on ${some(silent.map(({ namespace, name }) => `${namespace}/${name}`))}`,
      };
    }
    if (closed.length === 0)
      return { outcome: "pass", because: "every PodDisruptionBudget allows a disruption, or there is none" };
    const calicos = closed.filter(({ namespace, selector }) =>
      pods.some((pod) => pod.namespace === namespace && selects(selector, pod.labels)),
    );
    const names = (calicos.length > 0 ? calicos : closed).map(
      ({ namespace, name }) => `${namespace}/${name}`,
    );
    return {
      outcome: "fail",
      severity: calicos.length > 0 ? "warning" : "info",
      because:
        calicos.length > 0
          ? `budgets of Calico's own pods allow no disruption: ${some(names)}`
          : `budgets that allow no disruption would block kubectl drain: ${some(names)}`,
      evidence: names.map((name) => ({
        object: `PodDisruptionBudget ${name}`,
        field: "status.disruptionsAllowed",
        value: "0",
      })),
      fix: "bring the pods of each budget to Ready before you drain a node",
      commands: [sh`kubectl get poddisruptionbudget -n ${names[0]?.split("/")[0] ?? ""}`],
    };
  },
});

import { shouldRun } from "../../model/placement.ts";
import { some } from "../some.ts";
import { templateRule } from "../template-rule.ts";

/** Lost tolerations and new selectors, judged by the nodes that there are. */
export const lostNodes = templateRule({
  id: "M09",
  severity: "error",
  needs: ["nodes"],
  steps: ["node", "apply"],
  check({ live, file }, { nodes }) {
    const lost = nodes.filter(
      (node) =>
        shouldRun(node, live.daemonSet.template) === true &&
        shouldRun(node, file.daemonSet.template) === false,
    );
    if (lost.length === 0)
      return { outcome: "pass", because: "the file's template is for every node that calico-node runs on" };
    return {
      outcome: "fail",
      because: `calico-node would leave ${lost.length} of ${nodes.length} nodes: ${some(lost.map(({ name }) => name))}`,
      evidence: lost.map(({ name, taints }) => ({
        object: `Node ${name}`,
        field: "spec.taints",
        value: taints.map(({ key, effect }) => `${key}:${effect}`).join(", "),
      })),
      fix: "put tolerations, nodeSelector and affinity of the live DaemonSet into the file",
    };
  },
});

import { manifestsCompared } from "../../../releases/citations.ts";
import { neverReachedKubelet } from "../../../model/pod.ts";
import { podsByNode, shouldRun } from "../../../model/placement.ts";
import { some } from "../../some.ts";
import { templateRule } from "../../template-rule.ts";

/** Lost tolerations and new selectors, judged by the nodes that there are. */
export const lostNodes = templateRule({
  id: "M09",
  severity: "error",
  page: {
    title: "calico-node keeps running on every node that it runs on",
    why: "Lost tolerations, or a new node selector or affinity, take calico-node away from nodes, and with it the network of their new pods.",
    detected:
      "which nodes the live template and the file's are for: nodeSelector, affinity, taints and tolerations",
    fix: "Put the tolerations, nodeSelector and affinity of the live DaemonSet into the file.",
    sources: [
      manifestsCompared,
      "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
    ],
  },
  needs: ["nodes", "pods"],
  steps: ["node", "apply"],
  check({ live, file }, { nodes, pods }) {
    const placed = podsByNode(pods, live.daemonSet);
    // A file that keeps calico-node off a node where it can never run is the repair (hazard H31).
    const runs = ({ name }: { readonly name: string }): boolean =>
      placed.get(name)?.every(neverReachedKubelet) !== true;
    const lost = nodes.filter(
      (node) =>
        runs(node) &&
        shouldRun(node, live.daemonSet.template) === true &&
        shouldRun(node, file.daemonSet.template) === false,
    );
    const untold = nodes.filter(
      (node) =>
        shouldRun(node, live.daemonSet.template) === true &&
        shouldRun(node, file.daemonSet.template) === "unknown",
    );
    if (lost.length === 0 && untold.length > 0) {
      return {
        outcome: "unknown",
        severity: "warning",
        because: `the file's node affinity has an operator that is not known: whether it selects ${some(untold.map(({ name }) => name))} cannot be told`,
      };
    }
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

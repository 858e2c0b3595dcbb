import { manifestsCompared } from "../../../releases/citations.ts";
import { neverReachedKubelet } from "../../../model/pod.ts";
import { podsByNode, shouldRun } from "../../../model/placement.ts";
import { some } from "../../some.ts";
import { templateAfter } from "../../template-after.ts";
import { templateRule } from "../../template-rule.ts";

/** Lost tolerations and new selectors, judged by the nodes that there are. */
export const lostNodes = templateRule({
  id: "M09",
  severity: "error",
  page: {
    title: "calico-node keeps running on every node that it runs on",
    why: "Lost tolerations, or a new node selector or affinity, take calico-node away from nodes, and with it the network of their new pods.",
    detected:
      "which nodes the live template is for, and which the one that the apply would leave: nodeSelector, affinity, taints and tolerations",
    fix: "Put the tolerations, nodeSelector and affinity of the live DaemonSet into the file.",
    sources: [
      manifestsCompared,
      "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
    ],
  },
  needs: ["nodes", "pods"],
  looks: ["installed"],
  steps: ["node", "apply"],
  check(pair, { nodes, pods }, _subject, _now, { installed }) {
    const { live } = pair;
    const after = templateAfter(pair, installed);
    if (!after.known)
      return {
        outcome: "unknown",
        because: after.message,
        // Nobody is stopped by what nobody looked for.
        ...(after.why === "not asked" ? { severity: "warning" } : {}),
      };
    const placed = podsByNode(pods, live.daemonSet);
    // A file that keeps calico-node off a node where it can never run is the repair (hazard H31).
    const runs = ({ name }: { readonly name: string }): boolean =>
      placed.get(name)?.every(neverReachedKubelet) !== true;
    const lost = nodes.filter(
      (node) =>
        runs(node) &&
        shouldRun(node, live.daemonSet.template) === true &&
        shouldRun(node, after.value) === false,
    );
    const unclear = nodes.filter(
      (node) =>
        shouldRun(node, live.daemonSet.template) === true && shouldRun(node, after.value) === "unknown",
    );
    if (lost.length === 0 && unclear.length > 0) {
      return {
        outcome: "unknown",
        severity: "warning",
        because: `the node affinity after the apply has an operator that is not known: whether it selects ${some(unclear.map(({ name }) => name))} cannot be told`,
      };
    }
    if (lost.length === 0)
      return {
        outcome: "pass",
        because: "the template after the apply is for every node that calico-node runs on",
      };
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

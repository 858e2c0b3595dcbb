import { nodeRule } from "../../node-rule.ts";

/** Reasons of Ready=False that this restart may cure. */
const networkTrouble = /network|cni/i;

/** Hazard H16. */
export const silentNode = nodeRule({
  id: "H16",
  severity: "error",
  page: {
    title: "the node's kubelet answers",
    why: "with a silent kubelet a deleted pod object vanishes while its containers may still run",
    override: false,
    detected: "the node's Ready condition",
    fix: "Bring the node back, or remove it from the cluster.",
    sources: [
      "https://kubernetes.io/docs/concepts/architecture/nodes/#condition",
      "manifests of the releases: from v2.6 on the grace period is 0",
    ],
  },
  rank: 1,
  needs: ["nodes"],
  check({ nodes }, { node: name }) {
    const node = nodes.get(name);
    if (node === undefined) return { outcome: "n/a", because: "the node is not there" };
    if (node.ready === true) return { outcome: "pass", because: "Ready" };
    const said = [node.readyReason, node.readyMessage].filter((text) => text !== undefined).join(": ");
    if (node.ready === "unknown") {
      return {
        outcome: "fail",
        because: `the kubelet of node ${name} is silent (Ready is Unknown${said === "" ? "" : `: ${said}`}): its pod would vanish from the API while its containers may still run`,
        fix: "bring the node back, or remove it from the cluster; its calico-node pod is never deleted while it is silent",
      };
    }
    if (networkTrouble.test(said) || node.lease !== undefined) {
      return {
        outcome: "fail",
        severity: "warning",
        because: `node ${name} is not Ready (${said}); this restart may be the cure`,
      };
    }
    return {
      outcome: "fail",
      because: `node ${name} is not Ready (${said})`,
      fix: "repair the node first: what ails it is not its network",
    };
  },
});

import { podsByNode, shouldRun } from "../../model/placement.ts";
import { stuckReason, stuckText } from "../../model/stuck.ts";
import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";

/** Before anything is begun; once a run is under way hazard H18 judges, which lets repairs through. */
export const calicoReady = clusterRule({
  id: "S02",
  severity: "error",
  needs: ["daemonSet", "nodes", "pods"],
  check({ daemonSet, nodes, pods }) {
    const placed = podsByNode(pods, daemonSet);
    const wanted = nodes.filter((node) => shouldRun(node, daemonSet.template) === true);
    const bad = wanted.flatMap(({ name, ready }) => {
      const pod = placed.get(name)?.find(({ deletedAt }) => deletedAt === undefined);
      if (pod?.ready === true) return [];
      const stuck = pod === undefined ? undefined : stuckReason(pod);
      const why = pod === undefined ? "no pod" : stuck === undefined ? "not Ready" : stuckText(stuck);
      // A silent node is told by S01, and its pod's state is old.
      return ready === "unknown" ? [] : [{ name, why }];
    });
    if (bad.length === 0)
      return { outcome: "pass", because: `calico-node is Ready on all ${wanted.length} nodes that answer` };
    return {
      outcome: "fail",
      because: `calico-node is not Ready on ${bad.length} of ${wanted.length} nodes: ${some(bad.map(({ name, why }) => `${name} (${why})`))}`,
      evidence: bad.map(({ name, why }) => ({ object: `Node ${name}`, field: "calico-node", value: why })),
      fix: "kubectl calico-upgrade status names the reasons; a restart on such a node is let through as a repair",
    };
  },
});

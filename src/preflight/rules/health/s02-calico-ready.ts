import { belongsTo, podsByNode, shouldRun } from "../../../model/placement.ts";
import { neverReachedKubelet } from "../../../model/pod.ts";
import { upToDate } from "../../../model/rollout.ts";
import { stuckReason, stuckText } from "../../../model/stuck.ts";
import { compareVersions } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/**
 * Before anything is begun. An upgrade that is under way, and a repair (of all of them, or by a file of the
 * release that runs), are let through with a warning: hazard H18 judges each restart. So is a node that can never
 * run calico-node (hazard H31): the others do not wait for it.
 */
export const calicoReady = clusterRule({
  id: "S02",
  severity: "error",
  page: {
    title: "calico-node is Ready on every node that answers",
    why: "What is broken before the upgrade is taken for its fault, and a rollout waits for it without end.",
    detected: "the calico-node pod of every node that the DaemonSet is for",
    fix: "Repair it first. A restart on a node whose own calico-node is not Ready is let through: it may be the repair.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/projectcalico/calico/issues/2370",
    ],
  },
  needs: ["daemonSet", "nodes", "pods", "revisions"],
  looks: ["running"],
  check({ daemonSet, nodes, pods, revisions }, { to, manifest }, _now, { running }) {
    const placed = podsByNode(pods, daemonSet);
    const wanted = nodes.filter((node) => shouldRun(node, daemonSet.template) === true);
    const bad = wanted.flatMap(({ name, ready, lease }) => {
      const pod = placed.get(name)?.find(({ deletedAt }) => deletedAt === undefined);
      if (pod?.ready === true) return [];
      const stuck = pod === undefined ? undefined : stuckReason(pod);
      const why = pod === undefined ? "no pod" : stuck === undefined ? "not Ready" : stuckText(stuck);
      const never = pod !== undefined && lease === undefined && neverReachedKubelet(pod);
      // A silent node is reported by S01, and its pod's state is old.
      return ready === "unknown" ? [] : [{ name, why, never }];
    });
    if (bad.length === 0)
      return { outcome: "pass", because: `calico-node is Ready on all ${wanted.length} nodes that answer` };
    const inProgress =
      daemonSet.pinned !== undefined ||
      nodes.some(({ lease }) => lease !== undefined) ||
      pods.some((pod) => belongsTo(pod, daemonSet) && upToDate(pod, daemonSet, revisions) === false);
    const repair =
      manifest !== undefined &&
      to?.known === true &&
      running.known &&
      compareVersions(to.value, running.value.oldest) === 0;
    return {
      outcome: "fail",
      ...(inProgress || repair || bad.length === wanted.length || bad.every(({ never }) => never)
        ? { severity: "warning" as const }
        : {}),
      because: `calico-node is not Ready on ${bad.length} of ${wanted.length} nodes: ${some(bad.map(({ name, why }) => `${name} (${why})`))}`,
      evidence: bad.map(({ name, why }) => ({ object: `Node ${name}`, field: "calico-node", value: why })),
      fix: "status names the reasons; restarting calico-node on such a node is allowed as a repair",
      commands: ["kubectl calico-upgrade status"],
    };
  },
});

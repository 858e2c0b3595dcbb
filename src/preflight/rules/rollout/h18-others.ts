import { podsByNode, shouldRun } from "../../../model/placement.ts";
import { neverReachedKubelet } from "../../../model/pod.ts";
import { isObserved, isToReplace, upToDate } from "../../../model/rollout.ts";
import { stuckReason, stuckText } from "../../../model/stuck.ts";
import { nodeRule } from "../../node-rule.ts";

/** Hazard H18: one calico-node at a time, and only one who restarts them. */
export const othersReady = nodeRule({
  id: "H18",
  severity: "error",
  page: {
    title: "calico-node is Ready on the other nodes, and nobody else rolls it out",
    why: "several calico-node restarts at once lose routes in a full mesh",
    override: "--ignore-preflight-errors=H18",
    detected: "the calico-node pods of all nodes that are Ready, the DaemonSet's strategy and its revisions",
    fix: "Repair the other node first, or take a rollout over with --take-over.",
    sources: [
      "https://github.com/projectcalico/calico/issues/2211",
      "https://github.com/kubernetes-sigs/kubespray/issues/1017",
    ],
  },
  rank: 2,
  needs: ["daemonSet", "nodes", "pods", "revisions"],
  check({ daemonSet, nodes, pods, revisions }, { node: target, takeOver, expectReady, earlier, oldUnready }) {
    const placed = podsByNode(pods, daemonSet);
    const current = (node: string) => placed.get(node)?.find(({ deletedAt }) => deletedAt === undefined);
    const answering = [...nodes.values()].filter((node) => node.ready === true);

    if (daemonSet.strategy.type === "RollingUpdate" && !takeOver) {
      const behind = answering.filter((node) => {
        const pod = current(node.name);
        return pod !== undefined && isToReplace(pod, upToDate(pod, daemonSet, revisions));
      });
      if (behind.length > 0) {
        const state = isObserved(daemonSet)
          ? "is under way"
          : "begins as soon as its controller has seen the newest template";
        return {
          outcome: "fail",
          because:
            `a rollout of daemonset ${daemonSet.namespace}/${daemonSet.name} ${state} (updateStrategy RollingUpdate, ` +
            `${behind.length} of ${nodes.size} nodes still on an older revision): its controller restarts nodes by itself, uncordoned`,
          fix: "wait until it has ended, or add --take-over, which pauses the rollout and continues node by node",
          commands: ["kubectl calico-upgrade status --wait"],
        };
      }
    }
    if (!expectReady) {
      return {
        outcome: "n/a",
        because: "Calico's data migration is not completed: new pods do not become Ready before",
      };
    }
    if (current(target)?.ready !== true) {
      return {
        outcome: "n/a",
        because: `calico-node on node ${target} is not Ready itself: this restart is the repair`,
      };
    }
    const unready = answering.flatMap((node) => {
      if (
        node.name === target ||
        earlier.includes(node.name) ||
        shouldRun(node, daemonSet.template) === false
      )
        return [];
      const pod = current(node.name);
      // One that never ran holds no routes (hazard H31); under a lease of ours it is a restart that is not done.
      if (pod?.ready === true || (pod !== undefined && node.lease === undefined && neverReachedKubelet(pod)))
        return [];
      if (oldUnready === true && pod !== undefined && upToDate(pod, daemonSet, revisions) === false)
        return [];
      const stuck = pod === undefined ? undefined : stuckReason(pod);
      return [
        `${node.name} (${pod === undefined ? "no pod" : stuck === undefined ? "not Ready" : stuckText(stuck)})`,
      ];
    });
    if (unready.length === 0)
      return { outcome: "pass", because: "calico-node is Ready on every other node that answers" };
    const shown = unready.slice(0, 3).join(", ");
    return {
      outcome: "fail",
      because: `calico-node is not Ready on ${unready.length === 1 ? "another node" : `${unready.length} other nodes`}: ${shown}${unready.length > 3 ? ", …" : ""}`,
      fix: "repair that first",
      commands: ["kubectl calico-upgrade status"],
    };
  },
});

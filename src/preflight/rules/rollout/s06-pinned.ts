import { pinnedAnnotation } from "../../../model/names.ts";
import { program } from "../../../model/program.ts";
import { rollsText } from "../../../model/rolls.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H12: a strategy that an earlier run has held and not put back. */
export const pinned = clusterRule({
  id: "S06",
  severity: "warning",
  page: {
    title: "no DaemonSet is held at OnDelete by an upgrade that has not ended",
    why: "As soon as anybody puts RollingUpdate back, with an apply of the same manifest for instance, Kubernetes restarts calico-node on the remaining nodes by itself: without cordoning, and as many at a time as maxUnavailable says.",
    detected: "the annotation calico-upgrade/pinned-strategy of calico-node's DaemonSets",
    fix: "Finish the nodes that are left, or run node --unpin, which names the nodes that it restarts.",
    commands: ["kubectl calico-upgrade node --unpin"],
    sources: [
      "seen on a real server: with RollingUpdate put back, the remaining nodes are rolled at once, one after the other",
    ],
  },
  needs: ["daemonSets"],
  check({ daemonSets }) {
    const held = daemonSets.filter(({ pinned: marked }) => marked !== undefined);
    const [first] = held;
    if (first === undefined) return { outcome: "pass", because: "no DaemonSet is held at OnDelete" };
    const name = `${first.namespace}/${first.name}`;
    const loose = first.strategy.type !== "OnDelete";
    return {
      outcome: "fail",
      because: loose
        ? `DaemonSet ${name} carries the mark of a held strategy, and somebody has put ${first.strategy.type} back`
        : `DaemonSet ${name} is held at OnDelete by an upgrade that has not ended: if its manifest is applied, ${rollsText(first.pinned ?? "unreadable")}`,
      evidence: held.map(({ namespace, name: own, pinned: marked }) => ({
        object: `DaemonSet ${namespace}/${own}`,
        field: pinnedAnnotation,
        value: marked === "unreadable" || marked === undefined ? "unreadable" : marked.type,
      })),
      fix: "finish the nodes that are left, which status lists, or unpin the DaemonSet",
      commands: [`${program} status`, `${program} node --unpin`],
    };
  },
});

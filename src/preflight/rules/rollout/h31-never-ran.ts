import { guardPage } from "../../guard-page.ts";

/** Hazard H31: the commands guard it as they go; no rule asks before. */
export const neverRanPage = guardPage({
  id: "H31",
  page: {
    title: "nodes that can never run calico-node hold nothing up",
    why: "On virtual nodes, on Fargate, and where a node has no room for one more pod, calico-node stays Pending forever. It holds no routes there, and no restart helps. One such node used to block all others, and kept the DaemonSet pinned after the last one.",
    detected:
      "a calico-node pod that is Pending and that no kubelet has taken, on a node without a lease of a run",
    fix: "Nothing has to be done: such nodes are named, left alone, and not waited for. An affinity in the file that keeps calico-node off them makes the warning go away.",
    sources: ["https://docs.aws.amazon.com/eks/latest/userguide/fargate.html"],
  },
});

import { podsByNode } from "../../../model/placement.ts";
import type { PodFacts } from "../../../model/pod.ts";
import type { Millis } from "../../../model/time.ts";
import { installerIgnoresSigterm } from "../../../releases/installer.ts";
import { nodeRule } from "../../node-rule.ts";

/** Kubernetes' own, where a pod names none. */
const usualGrace = 30;

/** Hazard H22: what is known before a restart of how long it takes; the commands measure it as they go. */
export const timeWithoutRoutes = nodeRule({
  id: "H22",
  severity: "error",
  page: {
    title: "the time without routing is measured apart from the time to Ready",
    why: "BGP peers keep routes from the loss of the session until it is back; Ready comes later. Only the first is held against the graceful restart time: 90 s, or less where BGPConfiguration or BGPPeer says so.",
    detected:
      "when the old container ended and the new one started, and the restart times of BGPConfiguration and BGPPeer; before a restart, the grace period that a pod of v1.6 to v2.5 takes in full, and how long the nodes before it in the same run took",
    fix: "Where it takes too long: let images be pulled ahead (--prepull), see --grace-period for releases up to v2.5, and look why calico-node starts slowly before the next node is restarted.",
    sources: [
      "https://www.rfc-editor.org/rfc/rfc4724",
      "documentation of v2.0 to v2.6 (getting-started/kubernetes/upgrade)",
      "release notes of v3.20.0",
    ],
  },
  rank: 8,
  needs: ["daemonSet", "pods"],
  check({ daemonSet, pods }, { node: name, forecast }) {
    if (forecast === undefined) return { outcome: "n/a", because: "BGP is not known to be in use" };
    const pod = podsByNode(pods, daemonSet)
      .get(name)
      ?.find(({ deletedAt }) => deletedAt === undefined);
    if (pod === undefined || !pod.ready)
      return { outcome: "n/a", because: "no calico-node is Ready here: nothing to lose" };
    const { budget, gracePeriod, earlier } = forecast;
    const ending = timeToEnd(pod, gracePeriod);
    const limit = `BGP peers keep its routes for ${budget / 1000}s`;
    if (ending > budget)
      return {
        outcome: "fail",
        because: `pod ${pod.name} on node ${name} takes ${ending / 1000}s to end, and ${limit}: its routes would be lost`,
        fix: "shorten it with --grace-period, or raise the restart time of BGPConfiguration",
      };
    const [shortest] = earlier.toSorted((a, b) => a.time - b.time);
    if (shortest === undefined || !earlier.every(({ over }) => over))
      return { outcome: "pass", because: "nothing is known by which it would take too long" };
    return {
      outcome: "fail",
      because:
        `calico-node would be down for about ${Math.round(shortest.time / 1000)}s on node ${name}, as it was on node ${shortest.node}, ` +
        `and ${limit}: its routes would be lost`,
      fix: "find out why calico-node starts so slowly there (its events and log), then run the same command again",
    };
  },
});

/** 0 where the containers end when they are asked to, or that is not known. */
function timeToEnd(pod: PodFacts, gracePeriod: number | undefined): Millis {
  if (installerIgnoresSigterm(pod) !== true) return 0;
  return (gracePeriod ?? pod.terminationGracePeriod ?? usualGrace) * 1000;
}

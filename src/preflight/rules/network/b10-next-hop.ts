import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { nameOf, specSeen } from "../../seen.ts";

/** Calico-facts 4.3, B10. */
export const nextHop = clusterRule({
  id: "B10",
  severity: "warning",
  page: {
    title: "no BGP peer counts on nodes setting themselves as next hop",
    why: "Up to v3.2 calico-node announced itself as next hop to all BGP peers. From v3.3 on it does so no longer, and a peer that cannot reach the original next hop loses routes.",
    detected: "BGPPeers; with etcd they are not in the API",
    fix: "Check on the peers that they reach the nodes that own the routes, or configure next-hop-self there.",
    releases: "up to v3.2 → v3.3 and newer",
    sources: [notes("v3.3.0")],
  },
  when: { crosses: "v3.3.0" },
  needs: ["bgpPeers"],
  check({ bgpPeers }) {
    if (bgpPeers.length === 0) return { outcome: "pass", because: "there is no BGPPeer" };
    return {
      outcome: "fail",
      because: `calico-node no longer sets itself as next hop towards ${some(bgpPeers.map(nameOf))}`,
      evidence: bgpPeers.map((peer) => specSeen("BGPPeer", peer, "peerIP")),
      fix: "check on these peers that they reach the nodes that own the routes, or set next-hop-self there",
    };
  },
});

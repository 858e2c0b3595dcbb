import { clusterRule } from "../cluster-rule.ts";
import { some } from "../some.ts";
import { nameOf, specSeen } from "../seen.ts";

/** Calico-facts 4.3, B10. */
export const nextHop = clusterRule({
  id: "B10",
  severity: "warning",
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

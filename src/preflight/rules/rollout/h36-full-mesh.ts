import { nodeRule } from "../../node-rule.ts";

/** Hazard H36: in a full mesh every node loses a session to each node that restarts. */
export const fullMesh = nodeRule({
  id: "H36",
  severity: "error",
  page: {
    title: "in a full BGP mesh one calico-node restarts at a time",
    why: "In the node-to-node mesh every node peers with every other one. Several calico-node restarts at once made peers drop routes of nodes that were fine.",
    override: "--ignore-preflight-errors=H36",
    detected:
      "--max-unavailable, whether BGP is in use, and nodeToNodeMeshEnabled of the BGPConfiguration named default (true unless it says false)",
    fix: "Leave --max-unavailable at 1, or use route reflectors and disable the mesh.",
    sources: [
      "https://github.com/projectcalico/calicoctl/issues/900",
      "https://docs.tigera.io/calico/latest/networking/configuring/bgp",
    ],
  },
  rank: 8,
  needs: ["mesh"],
  check({ mesh }, { maxUnavailable = 1 }) {
    if (maxUnavailable <= 1) return { outcome: "n/a", because: "one node at a time" };
    if (!mesh) return { outcome: "pass", because: "there is no full BGP mesh" };
    return {
      outcome: "fail",
      because: `--max-unavailable=${maxUnavailable} restarts several calico-nodes at once, and every node peers with every other one (full BGP mesh)`,
      fix: "leave --max-unavailable at 1",
    };
  },
});

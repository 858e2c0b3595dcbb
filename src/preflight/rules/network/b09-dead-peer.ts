import { issue } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";

/** Calico-facts 7 and 4.3, B09. */
export const deadPeer = clusterRule({
  id: "B09",
  severity: "warning",
  page: {
    title: "no dead BGP peer keeps calico-node from becoming Ready",
    why: "From v3.2 on readiness includes BGP. Up to fixes in v3.3 – v3.6 one peer that does not answer keeps every pod unready; later ones ask for all peers only within the first 30 seconds.",
    detected: "whether BGP is in use, and nodes that are not Ready",
    fix: "Repair the nodes that are named or remove them from the cluster before the upgrade.",
    releases: "target v3.2 and newer",
    sources: [issue(2211), issue(2370), issue(2561), "https://github.com/projectcalico/node/pull/162"],
  },
  when: { to: span("v3.2.0") },
  needs: ["backend", "nodes"],
  check({ backend, nodes }) {
    if (backend === "vxlan" || backend === "none") return { outcome: "n/a", because: "BGP is not in use" };
    const dead = nodes.filter(({ ready }) => ready !== true);
    if (dead.length === 0) return { outcome: "pass", because: "every node is Ready" };
    return {
      outcome: "fail",
      because: `BGP to ${some(dead.map(({ name }) => name))} may be down: other nodes' calico-node waits for all peers while it starts`,
      evidence: dead.map(({ name, ready }) => ({
        object: `Node ${name}`,
        field: "status.conditions[Ready]",
        value: ready === "unknown" ? "Unknown" : "False",
      })),
      fix: "repair these nodes, or remove them from the cluster, before the upgrade",
      commands: ["kubectl delete node NODE"],
    };
  },
});

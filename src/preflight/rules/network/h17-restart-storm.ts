import { podsByNode } from "../../../model/placement.ts";
import { calicoNode } from "../../../model/pod.ts";
import { nodeRule } from "../../node-rule.ts";

/** BIRD's restart time where nothing else is configured (calico-facts 7). */
const defaultRestartTime = 120_000;
/** A pod made this soon after its DaemonSet or its node is the first one there. */
const firstStart = 30_000;

/**
 * Hazard H17. RFC 4724 section 4.2: on a second restart before the first one's End-of-RIB the peers
 * delete the routes that they had only marked as stale.
 */
export const restartStorm = nodeRule({
  id: "H17",
  severity: "error",
  page: {
    title: "BGP peers have seen this node's last restart through",
    why: "peers flush the routes of a neighbour that restarts again before its last graceful restart has ended (RFC 4724)",
    override: "--force of node, --ignore-preflight-errors=H17 elsewhere",
    detected: "when the node's calico-node container started, and the restart time that BGP peers are told",
    fix: "Nothing: a run waits until the restart time is over, and restarts another node first where it can.",
    sources: ["https://www.rfc-editor.org/rfc/rfc4724#section-4.2", "https://github.com/projectcalico/bird"],
  },
  rank: 3,
  needs: ["bgp", "daemonSet", "nodes", "pods", "restartTime"],
  check({ bgp, daemonSet, nodes, pods, restartTime }, { node: name }, now) {
    if (!bgp) return { outcome: "n/a", because: "BGP is not in use" };
    const pod = podsByNode(pods, daemonSet)
      .get(name)
      ?.find(({ deletedAt }) => deletedAt === undefined);
    if (pod === undefined || !pod.ready) {
      return {
        outcome: "n/a",
        because: "no calico-node is Ready here: nothing to lose, and a restart may be the cure",
      };
    }
    const container = calicoNode(pod);
    const startedAt = container?.startedAt;
    if (container === undefined || startedAt === undefined) {
      return { outcome: "n/a", because: `pod ${pod.name} has no running calico-node container` };
    }
    const born = Math.max(daemonSet.created, nodes.get(name)?.created ?? 0);
    if (container.restarts === 0 && pod.created - born <= firstStart) {
      return { outcome: "pass", because: `pod ${pod.name} is the first one on this node` };
    }
    const window = restartTime ?? defaultRestartTime;
    const age = now - startedAt;
    if (age >= window)
      return { outcome: "pass", because: `calico-node has run for ${Math.round(age / 1000)}s` };
    return {
      outcome: "fail",
      because:
        `calico-node on node ${name} started ${Math.max(0, Math.round(age / 1000))}s ago; its BGP peers may still be in its graceful restart ` +
        `and would drop its routes at a second one`,
      fix: `wait ${Math.ceil((window - age) / 1000)}s`,
      wait: {
        for: "BGP peers to finish the last graceful restart of calico-node",
        until: startedAt + window,
      },
    };
  },
});

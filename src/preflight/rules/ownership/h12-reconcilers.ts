import { nodeRule } from "../../node-rule.ts";

/** Hazard H12: before the strategy is pinned, nobody may be about to put it back. */
export const reconcilers = nodeRule({
  id: "H12",
  severity: "error",
  page: {
    title: "nobody else writes the DaemonSet by itself",
    why: "a reconciler puts RollingUpdate back while the strategy is pinned, and Kubernetes then restarts calico-node on the remaining nodes by itself, without cordoning",
    override: "--ignore-preflight-errors=H12",
    detected: "labels, annotations and owner references of the DaemonSet",
    fix: "Upgrade through whoever reconciles it, or suspend that for the DaemonSet first.",
    sources: [
      "seen on a real server: with RollingUpdate put back, the remaining nodes are rolled at once, one after the other",
    ],
  },
  rank: 4,
  needs: ["reconcilers"],
  check({ reconcilers: marks }, { writesDaemonSet }) {
    if (!writesDaemonSet) return { outcome: "n/a", because: "the DaemonSet is not changed" };
    if (marks.length === 0) return { outcome: "pass", because: "no mark of a reconciler on the DaemonSet" };
    return {
      outcome: "fail",
      because: `the DaemonSet is written by ${marks.join(" and ")}, which would put its own template and strategy back`,
      fix: "upgrade through it, or suspend it for the DaemonSet first",
    };
  },
});

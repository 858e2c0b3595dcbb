import { nodeRule } from "../node-rule.ts";

/** Hazard H12: before the strategy is pinned, nobody may be about to put it back. */
export const reconcilers = nodeRule({
  id: "H12",
  severity: "error",
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

import { upToDate } from "../../../model/rollout.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { sh } from "../../../model/shell.ts";

/** Calico-facts 6, row 12: with OnDelete nothing happens after an apply, and nobody notices. */
export const oneRevision = clusterRule({
  id: "S07",
  severity: "warning",
  page: {
    title: "every calico-node runs the newest revision",
    why: "With OnDelete nothing restarts after an apply: nodes stay old until somebody notices, and the next upgrade begins from more than one release.",
    detected: "the revisions of the DaemonSet and of its pods",
    fix: "Finish that upgrade first: node NODE for each node that is named.",
    sources: [
      "https://github.com/projectcalico/calico/issues/1272",
      "https://github.com/projectcalico/calico/issues/777",
    ],
  },
  needs: ["daemonSet", "calicoPods", "revisions"],
  check({ daemonSet, calicoPods, revisions }) {
    const answers = calicoPods.map((pod) => ({ pod, current: upToDate(pod, daemonSet, revisions) }));
    const old = answers.filter(({ current }) => current === false);
    if (old.length > 0) {
      const names = old.map(({ pod }) => pod.node ?? pod.name);
      return {
        outcome: "fail",
        because: `${old.length} of ${answers.length} calico-node run an older revision than the DaemonSet asks for: ${some(names)}`,
        evidence: old.map(({ pod }) => ({
          object: `Pod ${pod.namespace}/${pod.name}`,
          field: "controller-revision-hash",
          value: pod.revisionHash ?? "none",
        })),
        fix: "an upgrade is not finished; continue with the next node",
        commands: [sh`kubectl calico-upgrade node ${names[0] ?? ""}`],
      };
    }
    return answers.some(({ current }) => current === "unknown")
      ? { outcome: "unknown", because: "the revision of some pods cannot be told" }
      : { outcome: "pass", because: `all ${answers.length} run the newest revision` };
  },
});

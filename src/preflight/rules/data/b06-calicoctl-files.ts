import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B06: files outside the cluster. */
export const calicoctlFiles = clusterRule({
  id: "B06",
  severity: "info",
  page: {
    title: "files for calicoctl are converted to the API of v3",
    why: "v3.0 has another API: files that older calicoctl versions applied are refused by the new one.",
    detected: "nothing in the cluster: such files are outside of it",
    fix: "calicoctl convert -f FILE, with calicoctl of the new release. Older calicoctl versions must not be used any more.",
    releases: "up to v2.6 → v3.0 and newer",
    sources: [notes("v3.0.1")],
  },
  when: { crosses: "v3.0.0" },
  needs: [],
  check() {
    return {
      outcome: "unknown",
      because: "files for calicoctl are outside the cluster",
      fix: "calicoctl convert -f FILE for each of them, with calicoctl of the new release",
    };
  },
});

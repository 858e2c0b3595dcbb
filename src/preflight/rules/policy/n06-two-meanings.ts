import { boundaryReleases } from "../../policy-boundary.ts";
import { compareVersions, versionOf } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { boundary } from "../../../policy/enforcement.ts";

/** Calico-facts 2.3: with the Kubernetes datastore each calico-node decides for its node. */
export const twoMeanings = clusterRule({
  id: "N06",
  severity: "warning",
  page: {
    title: "policies do not mean two things at once",
    why: "With the Kubernetes datastore every calico-node decides for its node. While some are before the boundary and others past it, the same policy means two things.",
    detected: "the releases of the nodes' calico-node, by their images",
    fix: "Finish migrate-policy, then upgrade the other nodes soon.",
    releases: boundaryReleases,
    sources: ["libcalico-go commit c98f890759"],
  },
  when: { datastore: "kubernetes" },
  needs: ["running"],
  check({ running: { oldest, newest } }) {
    const line = versionOf(boundary("kubernetes"));
    const [before, past] = [compareVersions(oldest, line) < 0, compareVersions(newest, line) >= 0];
    if (!before) return { outcome: "pass", because: `every node runs ${line.text} or newer` };
    if (!past) return { outcome: "pass", because: `every node runs a release before ${line.text}` };
    return {
      outcome: "fail",
      because: `nodes run ${oldest.text} to ${newest.text}: before and past ${line.text} the same policy means two things`,
      evidence: [
        { object: "calico-node", field: "oldest release", value: oldest.text },
        { object: "calico-node", field: "newest release", value: newest.text },
      ],
      fix: "finish the migration of policies, then upgrade the other nodes soon",
      commands: ["kubectl calico-upgrade migrate-policy"],
    };
  },
});

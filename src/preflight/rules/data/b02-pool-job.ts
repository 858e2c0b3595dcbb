import { issue, pull } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { span } from "../../../releases/version.ts";

/** Calico-facts 1.6 and 4.3, B02. The pool is in etcd; only a file tells what would be written over it. */
export const poolJob = clusterRule({
  id: "B02",
  severity: "error",
  page: {
    title: "the manifest does not write the IP pool again",
    why: "Its Job configure-calico applies the pool of its ConfigMap whatever pool is there. A pool with IPIP loses it, and pods on different nodes no longer reach each other.",
    detected: "the Job configure-calico in the file; the pool itself is in etcd",
    fix: "Take v2.1 or newer, whose manifest has no such Job; or write the pool that is in use (calicoctl get ippool -o yaml) into ippool.yaml of the file, or take the Job out of it.",
    releases: "v1.6 → v2.0.x",
    sources: [issue(314), pull(535)],
  },
  when: { crosses: "v2.0.0", to: span("v2.0.0", "v2.1.0"), datastore: "etcd" },
  needs: [],
  steps: ["apply"],
  check(_facts, { manifest }) {
    if (manifest === undefined) {
      return {
        outcome: "unknown",
        because:
          "without the file that will be applied it is not known whether it holds the Job configure-calico",
        fix: "preflight -f FILE looks; calicoctl get ippool -o yaml shows the pool that is in use",
      };
    }
    const { jobs } = manifest.facts;
    const job = jobs.known ? jobs.value.find(({ name }) => name === "configure-calico") : undefined;
    if (job === undefined) return { outcome: "pass", because: "the file has no Job configure-calico" };
    return {
      outcome: "fail",
      because: `the file's Job ${job.namespace}/${job.name} writes its own IP pool over the one that is in use`,
      evidence: [{ object: `Job ${job.namespace}/${job.name}`, field: "metadata.name", value: job.name }],
      fix: "take the Job out of the file, or write the pool that is in use (calicoctl get ippool -o yaml) into ippool.yaml of its ConfigMap; a target from v2.1 on has no such Job",
    };
  },
});

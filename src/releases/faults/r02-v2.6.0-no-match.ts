import { issue, notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r02: BadRelease = {
  id: "R02",
  releases: [span("v2.6.0", "v2.6.6")],
  severity: "error",
  why: "coming from v2.3 or older with etcd, the policy k8s-policy-no-match stays and default-deny is bypassed",
  when: { datastore: "etcd", from: span(undefined, "v2.4.0") },
  instead: "v2.6.6 or newer, or go to v2.4 or v2.5 first",
  sources: [notes("v2.6.6"), issue(1484)],
};

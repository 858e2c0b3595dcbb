import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r05: BadRelease = {
  id: "R05",
  releases: [span("v2.1.0", "v2.1.2")],
  severity: "warning",
  why: "traffic from pods to their host is dropped; before v2.1.4 the CNI plugin fails on Kubernetes 1.6",
  when: {},
  instead: "v2.1.4 or newer",
  sources: [notes("v2.1.1", "v2.1.2", "v2.1.3", "v2.1.4")],
};

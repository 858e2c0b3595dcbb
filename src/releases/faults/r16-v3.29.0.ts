import { issue, notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r16: BadRelease = {
  id: "R16",
  releases: [span("v3.29.0", "v3.29.4")],
  severity: "warning",
  why: "policy names get a tier prefix, and without the role calico-tier-getter deleting namespaces gets stuck",
  when: {},
  instead: "v3.29.4 or newer",
  sources: [notes("v3.29.0", "v3.29.4"), issue(9527), issue(9437)],
};

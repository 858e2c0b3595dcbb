import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r09: BadRelease = {
  id: "R09",
  releases: [span("v3.16.0", "v3.16.1")],
  severity: "warning",
  why: "the CNI binary panics when it is renamed",
  when: {},
  instead: "v3.16.1 or newer",
  sources: [notes("v3.16.0")],
};

import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r01: BadRelease = {
  id: "R01",
  releases: [span("v2.6.0", "v2.6.1")],
  severity: "error",
  why: "v2.6.0 was released with the wrong artifacts",
  when: {},
  instead: "v2.6.6 or newer",
  sources: [notes("v2.6.0")],
};

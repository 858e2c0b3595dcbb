import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r03: BadRelease = {
  id: "R03",
  releases: [span("v2.6.4", "v2.6.5")],
  severity: "error",
  why: "rolling upgrades to v2.6.4 are broken",
  when: {},
  instead: "v2.6.6 or newer",
  sources: [notes("v2.6.4")],
};

import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r10: BadRelease = {
  id: "R10",
  releases: [span("v3.16.8", "v3.16.9"), span("v3.18.2", "v3.18.3")],
  severity: "info",
  why: "a fix that the release notes name is not in the build",
  when: {},
  instead: "v3.16.9, v3.18.3 or newer",
  sources: [notes("v3.16.9", "v3.18.3")],
};

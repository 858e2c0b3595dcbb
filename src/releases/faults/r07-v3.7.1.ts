import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r07: BadRelease = {
  id: "R07",
  releases: [span("v3.7.1", "v3.7.2")],
  severity: "warning",
  why: "v3.7.1 was withdrawn",
  when: {},
  instead: "v3.7.2 or newer",
  sources: [notes("v3.7.1")],
};

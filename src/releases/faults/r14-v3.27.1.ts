import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r14: BadRelease = {
  id: "R14",
  releases: [span("v3.27.1", "v3.27.2")],
  severity: "info",
  why: "v3.27.2 is the same and took its place; v3.27.3 is the first that starts on arm64",
  when: {},
  instead: "v3.27.3 or newer",
  sources: [notes("v3.27.2")],
};

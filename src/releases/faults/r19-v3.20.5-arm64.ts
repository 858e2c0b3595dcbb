import { issue } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r19: BadRelease = {
  id: "R19",
  releases: [span("v3.20.5", "v3.20.6")],
  severity: "warning",
  why: "it came out with images for amd64 alone, which do not start on arm64 (exec format error)",
  when: { architecture: "arm64" },
  instead: "v3.20.6 or newer",
  sources: [issue(5963)],
};

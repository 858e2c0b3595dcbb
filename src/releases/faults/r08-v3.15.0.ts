import { issue, notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r08: BadRelease = {
  id: "R08",
  releases: [span("v3.15.0", "v3.15.1")],
  severity: "warning",
  why: "a blackhole route for the Service addresses is made",
  when: {},
  instead: "v3.15.1 or newer",
  sources: [notes("v3.15.0", "v3.15.1"), issue(3689)],
};

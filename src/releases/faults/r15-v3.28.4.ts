import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r15: BadRelease = {
  id: "R15",
  releases: [span("v3.28.4", "v3.28.5")],
  severity: "error",
  why: "v3.28.4 breaks on Kubernetes 1.24",
  when: { kubernetes: { min: 24, max: 24 } },
  instead: "v3.28.5, or Kubernetes 1.25 or newer first",
  sources: [notes("v3.28.4")],
};

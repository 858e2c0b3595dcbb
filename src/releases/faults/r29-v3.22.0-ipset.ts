import { issue } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r29: BadRelease = {
  id: "R29",
  releases: [span("v3.20.0", "v3.22.1")],
  severity: "info",
  why: "Felix cannot list IP sets that a newer ipset made, as kube-proxy in IPVS mode does from kernel 5.11 on, and restarts again and again",
  when: { kernel: [5, 11] },
  instead: "v3.22.1 or newer",
  sources: [issue(5011), issue(5717)],
};

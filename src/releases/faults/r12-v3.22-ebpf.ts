import { issue } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r12: BadRelease = {
  id: "R12",
  releases: [span("v3.22.0", "v3.23.0")],
  severity: "warning",
  why: "with the eBPF dataplane Services get wrong backends after the upgrade",
  when: { ebpf: true },
  sources: [issue(5957)],
};

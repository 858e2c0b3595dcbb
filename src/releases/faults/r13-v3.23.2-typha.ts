import { issue } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r13: BadRelease = {
  id: "R13",
  releases: [span("v3.23.2", "v3.23.3")],
  severity: "warning",
  why: "nodes with an older calico-node turn NotReady beside a Typha of v3.23.2",
  when: { typha: true },
  sources: [issue(6294)],
};

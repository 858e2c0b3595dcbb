import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r23: BadRelease = {
  id: "R23",
  releases: [span("v3.29.0", "v3.29.2")],
  severity: "warning",
  why: "pods do not reach nodes whose VXLAN tunnel address is borrowed from another node's block",
  when: { vxlan: true },
  instead: "v3.29.2 or newer",
  sources: [notes("v3.29.2"), pull(9685)],
};

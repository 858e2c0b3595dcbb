import { issue, notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r18: BadRelease = {
  id: "R18",
  releases: [span("v3.27.1", "v3.27.3")],
  severity: "error",
  why: "calico-node does not start on arm64: its image lacks libpcap.so.0.8",
  when: { architecture: "arm64" },
  instead: "v3.27.3 or newer",
  sources: [notes("v3.27.3"), issue(8541), pull(8533)],
};

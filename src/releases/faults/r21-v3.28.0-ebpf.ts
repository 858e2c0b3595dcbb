import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r21: BadRelease = {
  id: "R21",
  releases: [span("v3.28.0", "v3.28.1")],
  severity: "warning",
  why: "with the eBPF dataplane routes of Services are deleted and made again without end, and those of UDP Services are missing in dual stack",
  when: { ebpf: true },
  instead: "v3.28.1 or newer",
  sources: [notes("v3.28.1"), pull(8988), pull(9052)],
};

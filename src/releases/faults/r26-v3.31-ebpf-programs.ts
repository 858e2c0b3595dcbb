import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r26: BadRelease = {
  id: "R26",
  releases: [span("v3.31.0", "v3.31.5")],
  severity: "warning",
  why: "with the eBPF dataplane programs can be removed from pods' interfaces on recent kernels",
  when: { ebpf: true },
  instead: "v3.31.5 or newer",
  sources: [notes("v3.31.5"), pull(12210)],
};

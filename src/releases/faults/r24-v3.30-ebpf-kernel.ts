import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r24: BadRelease = {
  id: "R24",
  releases: [span("v3.30.0", "v3.30.5"), span("v3.31.0", "v3.31.3")],
  severity: "warning",
  why: "the eBPF program that balances connections does not load on kernel 6.12",
  when: { ebpf: true, kernel: [6, 12] },
  instead: "v3.30.5, v3.31.3 or newer",
  sources: [notes("v3.30.5", "v3.31.3"), pull(11406)],
};

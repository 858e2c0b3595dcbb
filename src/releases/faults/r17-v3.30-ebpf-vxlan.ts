import { issue, notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r17: BadRelease = {
  id: "R17",
  releases: [span("v3.30.0", "v3.30.7")],
  targets: span("v3.31.0"),
  severity: "error",
  why: "with eBPF and VXLAN, nodes that are not upgraded yet drop VXLAN traffic while v3.31 or newer is rolled out",
  when: { from: span(undefined, "v3.30.7"), ebpf: true, vxlan: true },
  instead: "v3.30.7 first",
  sources: [notes("v3.30.7"), issue(11910), "https://github.com/projectcalico/calico/pull/12054"],
};

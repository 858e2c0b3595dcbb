import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r22: BadRelease = {
  id: "R22",
  releases: [span("v3.28.0", "v3.28.2")],
  severity: "warning",
  why: "with checksum offload, which is on from kernel 5.8, VXLAN packets that both kube-proxy and Calico masquerade are corrupted",
  when: { vxlan: true, kernel: [5, 8] },
  instead: "v3.28.2 or newer",
  sources: [notes("v3.28.2"), pull(9102)],
};

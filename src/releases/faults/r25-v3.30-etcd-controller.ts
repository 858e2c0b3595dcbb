import { issue, notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r25: BadRelease = {
  id: "R25",
  releases: [span("v3.30.0", "v3.30.7"), span("v3.31.0", "v3.31.5")],
  severity: "warning",
  why: "with etcd calico-kube-controllers can crash in its load-balancer controller again and again, and policy for new pods stops",
  when: { datastore: "etcd" },
  instead: "v3.30.7, v3.31.5 or newer",
  sources: [notes("v3.30.7", "v3.31.5"), issue(11856), pull(11923)],
};

import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r06: BadRelease = {
  id: "R06",
  releases: [span("v3.0.0", "v3.0.1")],
  severity: "error",
  why: "coming from v2.6.4 with etcd, connectivity is lost",
  when: { datastore: "etcd", from: span("v2.6.4", "v2.6.5") },
  instead: "v3.0.1 or newer",
  sources: [notes("v3.0.0")],
};

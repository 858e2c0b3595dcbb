import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r04: BadRelease = {
  id: "R04",
  releases: [span(undefined, "v2.2.1")],
  severity: "info",
  why: "up to v2.2.0 IPIP routes flap, and with the Kubernetes datastore memory leaks",
  when: {},
  instead: "v2.2.1 or newer",
  sources: [notes("v2.2.0", "v2.2.1")],
};

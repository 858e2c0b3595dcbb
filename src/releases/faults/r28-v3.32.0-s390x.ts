import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r28: BadRelease = {
  id: "R28",
  releases: [span("v3.32.0", "v3.32.1")],
  severity: "error",
  why: "calico-node panics on s390x",
  when: { architecture: "s390x" },
  instead: "v3.32.1 or newer",
  sources: [notes("v3.32.1"), pull(11312)],
};

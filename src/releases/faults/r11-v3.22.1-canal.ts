import { notes } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r11: BadRelease = {
  id: "R11",
  releases: [span("v3.22.1", "v3.22.2")],
  severity: "warning",
  why: "the canal manifests name a tag of flannel's image that does not exist",
  when: { canal: true },
  instead: "v3.22.2 or newer",
  sources: [notes("v3.22.1")],
};

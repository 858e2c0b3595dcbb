import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r20: BadRelease = {
  id: "R20",
  releases: [span("v3.28.0", "v3.28.3"), span("v3.29.0", "v3.29.1")],
  severity: "warning",
  why: "where there are IPv6 addresses alone, routes are missing with VXLAN CrossSubnet",
  when: { vxlan: true, ipv6Only: true },
  instead: "v3.28.3, v3.29.1 or newer",
  sources: [notes("v3.28.3", "v3.29.1"), pull(9430)],
};

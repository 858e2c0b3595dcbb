import { notes, pull } from "../citations.ts";
import type { BadRelease } from "../bad-releases.ts";
import { span } from "../version.ts";

export const r27: BadRelease = {
  id: "R27",
  releases: [span("v3.31.0", "v3.31.6"), span("v3.32.0", "v3.32.1")],
  severity: "warning",
  why: "in nftables mode nft crashes where the host has a newer nftables, and Felix where a NetworkSet holds a pod's address",
  when: { nftables: true },
  instead: "v3.31.6, v3.32.1 or newer",
  sources: [notes("v3.31.6", "v3.32.1"), pull(12714), pull(12671)],
};

import { guardPage } from "../../guard-page.ts";

/** Hazard H22: the commands guard it as they go; no rule asks before. */
export const timeWithoutRoutes = guardPage({
  id: "H22",
  page: {
    title: "the time without routing is measured apart from the time to Ready",
    why: "BGP peers keep routes from the loss of the session until it is back; Ready comes later. Only the first is held against the graceful restart time: 90 s, or less where BGPConfiguration or BGPPeer says so.",
    detected:
      "when the old container ended and the new one started, and the restart times of BGPConfiguration and BGPPeer",
    fix: "Where it takes too long: pull images ahead, and see --grace-period for releases up to v2.5.",
    sources: [
      "https://www.rfc-editor.org/rfc/rfc4724",
      "documentation of v2.0 to v2.6 (getting-started/kubernetes/upgrade)",
      "release notes of v3.20.0",
    ],
  },
});

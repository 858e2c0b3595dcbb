import { metByPassing, type PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const beforeV3 = span(undefined, "v3.0.0");
const firstV3 = span("v3.0.0", "v3.6.0");

export const p06: PathRule = {
  id: "P06",
  severity: "error",
  page: {
    title: "From v2 the way to v3.6 and newer leads through v3.0 – v3.5",
    why: "From v3.6 on only upgrades from v3.0 or newer are documented.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Go to v3.5 first, the newest that documents the way from v2.6.",
    sources: ["upgrade page of v3.6 (maintenance/kubernetes-upgrade)"],
  },
  decide: ({ from, to }) =>
    within(from, beforeV3) && within(to, span("v3.6.0"))
      ? metByPassing(`the way from v2 to ${to.text} is documented through v3.0 – v3.5 only`, firstV3)
      : undefined,
};

import { metByPassing, type PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

export const p08: PathRule = {
  id: "P08",
  severity: "error",
  page: {
    title: "v3.28 and newer are reached from v3.15 or newer",
    why: "Their documentation covers upgrades from v3.15 on only.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Go to a release from v3.15 to v3.27 first.",
    sources: ["upgrade pages of v3.28 and newer"],
  },
  decide: ({ from, to }) =>
    within(from, span(undefined, "v3.15.0")) && within(to, span("v3.28.0"))
      ? metByPassing(`the way to ${to.text} is documented from v3.15 on only`, span("v3.15.0", "v3.28.0"))
      : undefined,
};

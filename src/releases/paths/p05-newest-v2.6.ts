import { notes } from "../citations.ts";
import { metByPassing, type PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const firstV3 = span("v3.0.0", "v3.6.0");
const gate = span("v2.6.5", "v3.0.0");

export const p05: PathRule = {
  id: "P05",
  severity: "error",
  page: {
    title: "v3.0 – v3.5 are reached from v2.6.5 or a newer v2.6 only",
    why: "They convert the data of v2.6.5 and newer v2.6 releases, and refuse older data.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Go to the newest v2.6 release first.",
    sources: ["upgrade pages of v3.0 – v3.5", notes("v3.0.1")],
  },
  decide: ({ from, to }) =>
    within(from, span(undefined, "v2.6.5")) && within(to, firstV3)
      ? metByPassing(`${to.text} converts the data of v2.6.5 and newer v2.6 releases only`, gate)
      : undefined,
};

import { notes } from "../citations.ts";
import { metByPassing, type PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const beforeV3 = span(undefined, "v3.0.0");

export const p07: PathRule = {
  id: "P07",
  severity: "error",
  page: {
    title: "v3.23 and newer cannot read the data of v2",
    why: "v3.23.0 removed the code that converts it.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Go through v3.0 – v3.5 first.",
    sources: [notes("v3.23.0")],
  },
  decide: ({ from, to }) =>
    within(from, beforeV3) && within(to, span("v3.23.0"))
      ? metByPassing(`v3.23.0 removed the code that converts the data of v2`, span("v3.0.0", "v3.23.0"))
      : undefined,
};

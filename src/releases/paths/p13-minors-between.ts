import { issue } from "../citations.ts";
import type { PathRule } from "../path-rule.ts";

export const p13: PathRule = {
  id: "P13",
  severity: "warning",
  steps: [],
  page: {
    title: "A way that passes over minor releases brings all their changes at once",
    why: "It is documented from v3.0, and for v3.28 and newer from v3.15, but users report trouble after long jumps.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Read the release notes of the releases in between, or stop at some of them.",
    sources: [issue(6144), issue(4958)],
  },
  decide: ({ from, to }) => {
    const between = from.major === to.major ? to.minor - from.minor - 1 : 0;
    return between < 1
      ? undefined
      : {
          because: `the way from ${from.text} to ${to.text} passes over ${between} minor ${between === 1 ? "release" : "releases"}: what changed in each of them comes at once`,
        };
  },
};

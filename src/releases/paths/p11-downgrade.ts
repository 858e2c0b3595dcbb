import { seed } from "../citations.ts";
import type { PathRule } from "../path-rule.ts";
import { compareVersions } from "../version.ts";

export const p11: PathRule = {
  id: "P11",
  severity: "error",
  page: {
    title: "There is no way back to an older release",
    why: "No downgrade is documented but v3.0 and v3.1 to v2.6. Older releases give NetworkPolicies another meaning and cannot read newer data.",
    detected: "the release that runs, by its node image, and the release asked for",
    fix: "Repair the release that runs, or go on to a newer one.",
    sources: ["downgrade pages of v3.0 and v3.1", seed],
  },
  decide: ({ from, to }) =>
    compareVersions(from, to) > 0
      ? {
          because: `${to.text} is older than ${from.text}; Calico does not document downgrades`,
        }
      : undefined,
};

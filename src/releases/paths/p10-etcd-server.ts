import { seed } from "../citations.ts";
import type { PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const beforeV3 = span(undefined, "v3.0.0");

export const p10: PathRule = {
  id: "P10",
  severity: "info",
  steps: [],
  page: {
    title: "Migrating the etcd server leaves Calico's v2 data alone",
    why: "An etcd v3 server goes on speaking the v2 protocol, and Calico v2 keeps working after it.",
    detected: "the release that runs, by its node image, and the release asked for, and the datastore",
    fix: "Nothing to do.",
    sources: [seed],
  },
  decide: ({ from, to, datastore }) =>
    datastore === "etcd" && within(from, beforeV3) && within(to, span("v3.0.0"))
      ? {
          because:
            "migrating the etcd server from v2 to v3 leaves Calico's v2 data, and Calico v2 keeps working",
        }
      : undefined,
};

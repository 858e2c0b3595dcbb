import { metByStep, type PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const beforeV3 = span(undefined, "v3.0.0");

export const p09: PathRule = {
  id: "P09",
  severity: "error",
  steps: ["controller", "node"],
  page: {
    title: "With etcd, v3 needs an etcd v3 server and converted data",
    why: "Calico v3 keeps its data in etcd's v3 API. From the start of the conversion to its completion new pods get no network, and upgraded calico-node pods stay 1/2 Ready.",
    detected: "the release that runs, by its node image, and the release asked for, and the datastore",
    fix: "Migrate the etcd server to v3, back it up, then run projectcalico/calico-upgrade: dry-run, start, upgrade the nodes, complete.",
    sources: ["upgrade pages of v3.0 – v3.5", "https://github.com/projectcalico/calico-upgrade"],
  },
  decide: ({ from, to, datastore }) =>
    datastore === "etcd" && within(from, beforeV3) && within(to, span("v3.0.0"))
      ? metByStep(
          `${to.text} keeps its data in etcd's v3 API: the etcd server must be v3, and the data converted`,
        )
      : undefined,
};

import { seed } from "../citations.ts";
import type { PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const v1_6 = span("v1.6.0");
const v2 = span("v2.0.0");

export const p01: PathRule = {
  id: "P01",
  severity: "error",
  page: {
    title: "The way begins at Calico v1.6, with the Kubernetes datastore at v2.0",
    why: "The documented procedure covers Calico v1.6 and newer. Manifests for the Kubernetes datastore came with v2.0.0.",
    detected: "the release that runs, by its node image, and the release asked for, and the datastore",
    fix: "Install a supported release from scratch; no upgrade of this one is documented.",
    sources: [seed],
  },
  decide: ({ from, to, datastore }) => {
    if (!within(from, v1_6)) return { because: `Calico does not document an upgrade from ${from.text}` };
    const old = datastore === "kubernetes" ? [from, to].find((each) => !within(each, v2)) : undefined;
    return old === undefined
      ? undefined
      : {
          because: `${old.text} has no Kubernetes datastore: v2.0.0 is the first`,
        };
  },
};

import { upgradeReadme } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import type { PathRule } from "../path-rule.ts";
import { span, within } from "../version.ts";

const needed = 7;

export const p04Limit: KubernetesLimit = {
  id: "P04",
  releases: span("v2.5.0"),
  datastore: "kubernetes",
  min: needed,
  why: "its data is in CustomResourceDefinitions, which came with Kubernetes 1.7",
  sources: [upgradeReadme, "https://github.com/kubernetes/kops/issues/3352"],
};

export const p04: PathRule = {
  id: "P04",
  severity: "error",
  steps: ["node", "apply"],
  page: {
    title: "v2.5 with the Kubernetes datastore needs Kubernetes 1.7",
    why: "Its data is in CustomResourceDefinitions, which came with Kubernetes 1.7.",
    detected:
      "the release that runs, by its node image, and the release asked for, and the datastore, and the version of the API server",
    fix: "Upgrade Kubernetes to 1.7 first; not further while the data is still in ThirdPartyResources (P03).",
    sources: p04Limit.sources,
  },
  asks: "kubernetes",
  decide: ({ to, datastore, kubernetes = needed }) =>
    datastore !== p04Limit.datastore || !within(to, p04Limit.releases) || kubernetes >= needed
      ? undefined
      : { because: `${to.text}: ${p04Limit.why}`, met: { by: "kubernetes" } },
};

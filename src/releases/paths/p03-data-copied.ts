import { issue, seed, upgradeReadme } from "../citations.ts";
import { crosses, metByStep, type PathRule } from "../path-rule.ts";
import { span } from "../version.ts";

const crds = span("v2.5.0");

export const p03: PathRule = {
  id: "P03",
  severity: "error",
  steps: ["node"],
  page: {
    title: "Data in ThirdPartyResources is copied before v2.5",
    why: "With the Kubernetes datastore v2.5 reads CustomResourceDefinitions only: without its data calico-node does not start. Kubernetes 1.8 no longer serves ThirdPartyResources.",
    detected:
      "the release that runs, by its node image, and the release asked for, and the datastore, and whether the server serves projectcalico.org/v1",
    fix: "On Kubernetes 1.7 run migrate-data, which compares object by object; or the migration Job of Calico v2.5, which does not copy SystemNetworkPolicies: convert those by hand.",
    commands: ["kubectl calico-upgrade migrate-data"],
    sources: [upgradeReadme, seed, issue(1052)],
  },
  asks: "oldGroupServed",
  decide: (hop) => {
    if (hop.datastore !== "kubernetes" || !crosses(hop, crds)) return undefined;
    const because = `${hop.to.text} keeps in CustomResourceDefinitions what ${hop.from.text} has in ThirdPartyResources`;
    return hop.oldGroupServed === false
      ? { because: `${because}, and this server no longer serves those` }
      : metByStep(because);
  },
};

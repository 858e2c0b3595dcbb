import { issue, upgradeReadme } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { some } from "../../some.ts";
import { thirdPartyReadings, uncopied } from "../../third-party.ts";

/** The Job of upstream's migration (calico-facts 3.1). */
const job = "calico-upgrade-v2.5";

/** Calico-facts 3.1, object by object; P03 is what stops. */
export const thirdParty = clusterRule({
  id: "D01",
  severity: "warning",
  page: {
    title: "everything in ThirdPartyResources is in CustomResourceDefinitions",
    why: "v2.5 with the Kubernetes datastore reads only CRDs: without its data calico-node does not start. Upstream's Job does not copy SystemNetworkPolicies, and does not notice every failure.",
    detected: "Calico's ThirdPartyResources and CRDs, the Job calico-upgrade-v2.5 and SystemNetworkPolicies",
    fix: "Migrate the data, which copies and compares object by object. SystemNetworkPolicies become GlobalNetworkPolicies of the same name.",
    commands: ["kubectl calico-upgrade migrate-data"],
    releases: "up to v2.4 → v2.5 and newer, Kubernetes datastore",
    sources: [upgradeReadme, issue(1052), issue(1620)],
  },
  when: { crosses: "v2.5.0", datastore: "kubernetes" },
  needs: [],
  looks: [...thirdPartyReadings, "jobs", "served"],
  check(_facts, _subject, _now, readings) {
    const found = uncopied(readings);
    if ("unknown" in found) return { outcome: "unknown", because: found.unknown };
    const { missing, copied } = found;
    if (readings.served.known && !readings.served.value.groupVersions.includes("projectcalico.org/v1")) {
      return {
        outcome: "fail",
        because:
          "the server does not serve projectcalico.org/v1: what is in ThirdPartyResources can be neither read nor copied",
        evidence: [{ object: "API server", field: "group version", value: "projectcalico.org/v1" }],
        fix: "restore the data from a backup into CustomResourceDefinitions (GlobalFelixConfig, IPPool, GlobalBGPConfig, BGPPeer) before the upgrade",
      };
    }
    const run = readings.jobs.known ? readings.jobs.value.find(({ name }) => name === job) : undefined;
    const remark =
      run === undefined
        ? ""
        : `; Job ${run.namespace}/${job} ${run.succeeded > 0 ? "succeeded" : "has not succeeded"}`;
    if (missing.length === 0)
      return {
        outcome: "pass",
        because: `${copied} of ${copied} objects are in CustomResourceDefinitions${remark}`,
      };
    return {
      outcome: "fail",
      because: `not copied: ${some(missing.map(({ object }) => object))}${remark}`,
      evidence: missing,
      fix: "migrate the data, which copies SystemNetworkPolicies as well; upstream's Job does not",
      commands: ["kubectl calico-upgrade migrate-data"],
    };
  },
});

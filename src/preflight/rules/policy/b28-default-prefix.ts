import { notes } from "../../../releases/citations.ts";
import { parseTime } from "../../../model/time.ts";
import { catalogue } from "../../../releases/catalogue.ts";
import { span, versionOf, within } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B28. */
export const defaultPrefix = clusterRule({
  id: "B28",
  severity: "warning",
  page: {
    title: "no policy name changes its prefix under a tool",
    why: "v3.29.4 and v3.30.1 show policies of the default tier without the prefix default. that v3.29.0 – v3.29.3 put in front. A GitOps tool may take them for others, and delete and create them.",
    detected: "policies whose name begins with default. and that were made since v3.29.0 came out",
    fix: "Suspend the GitOps tool for Calico's objects during the upgrade, and look at its next diff.",
    releases: "v3.29.0 – v3.29.3 → v3.29.4, v3.30.1 and newer",
    sources: [notes("v3.29.4", "v3.30.1")],
  },
  when: { from: span("v3.29.0", "v3.29.4"), to: span("v3.29.4") },
  needs: ["globalNetworkPolicies", "calicoNetworkPolicies"],
  check({ globalNetworkPolicies, calicoNetworkPolicies }, { to }) {
    if (to?.known === true && within(to.value, span("v3.30.0", "v3.30.1")))
      return { outcome: "n/a", because: `${versionOf("v3.30.0").text} shows them as v3.29.0 did` };
    const day = catalogue.releases.get("v3.29.0")?.date;
    const since = day === undefined ? 0 : (parseTime(`${day}T00:00:00Z`) ?? 0);
    const young = [
      ...globalNetworkPolicies.map((policy) => ({ kind: "GlobalNetworkPolicy", policy })),
      ...calicoNetworkPolicies.map((policy) => ({ kind: "NetworkPolicy", policy })),
    ].filter(({ policy }) => policy.name.startsWith("default.") && (policy.created ?? since) >= since);
    if (young.length === 0)
      return { outcome: "pass", because: "no policy called default.… was made since v3.29.0 came out" };
    return {
      outcome: "fail",
      because: `policies that may be shown under another name after the upgrade: ${some(young.map(({ policy }) => nameOf(policy)))}`,
      evidence: young.map(({ kind, policy }) => ({
        object: `${kind} ${nameOf(policy)}`,
        field: "metadata.name",
        value: policy.name,
      })),
      fix: "suspend GitOps for them during the upgrade, and check its next diff before you resume it",
    };
  },
});

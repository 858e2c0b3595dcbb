import { parseTime } from "../../model/time.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { span, versionOf, within } from "../../releases/version.ts";
import { clusterRule } from "../cluster-rule.ts";
import { nameOf } from "../seen.ts";
import { some } from "../some.ts";

/** Calico-facts 4.3, B28. */
export const defaultPrefix = clusterRule({
  id: "B28",
  severity: "warning",
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
    ].filter(({ policy }) => policy.name.startsWith("default.") && (policy.created ?? 0) >= since);
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
      fix: "suspend GitOps for them during the upgrade, and look at its next diff before it goes on",
    };
  },
});

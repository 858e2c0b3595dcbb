import type { CalicoObject } from "../../../model/calico-object.ts";
import { listOf, recordOf } from "../../../model/record.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { nameOf, specSeen } from "../../seen.ts";
import { selects } from "../../selects.ts";
import { some } from "../../some.ts";

/** What automatic host endpoints have: it allows everything that no policy looks at. */
const allowing = "projectcalico-default-allow";

/** Calico-facts 4.3, B14. */
export const hostEndpoints = clusterRule({
  id: "B14",
  severity: "error",
  page: {
    title: "host endpoints of all interfaces are prepared for v3.14",
    why: "Up to v3.13 a HostEndpoint with interfaceName * let everything pass where no policy selected it. From v3.14 on it drops everything but the failsafe ports: the host loses its connections.",
    detected:
      "HostEndpoints with interfaceName *, their profiles, and GlobalNetworkPolicies that select them; with etcd they are not in the API",
    fix: "Before the upgrade give each of them a label, and create a GlobalNetworkPolicy that selects it and allows ingress and egress.",
    releases: "up to v3.13 → v3.14 and newer",
    sources: [
      "documentation of v3.14 (maintenance/kubernetes-upgrade, host endpoints)",
      "https://github.com/projectcalico/calico/blob/master/_includes/content/hostendpoints-upgrade.md",
    ],
  },
  when: { crosses: "v3.14.0" },
  needs: ["hostEndpoints", "globalNetworkPolicies"],
  steps: ["node", "apply"],
  check({ hostEndpoints: endpoints, globalNetworkPolicies: policies }) {
    const all = endpoints.filter(
      ({ spec }) => spec["interfaceName"] === "*" && !listOf(spec["profiles"]).includes(allowing),
    );
    if (all.length === 0)
      return {
        outcome: "pass",
        because: "no HostEndpoint of all interfaces is without a profile that allows",
      };
    const open = all.filter(
      (endpoint) => !policies.some((policy) => allowsAll(policy) && picks(policy, endpoint) === true),
    );
    if (open.length === 0)
      return {
        outcome: "pass",
        because: `a GlobalNetworkPolicy allows everything for ${some(all.map(nameOf))}`,
      };
    const bare = open.filter((endpoint) => policies.every((policy) => picks(policy, endpoint) === false));
    const evidence = open.map((endpoint) => specSeen("HostEndpoint", endpoint, "interfaceName"));
    if (bare.length === 0) {
      return {
        outcome: "fail",
        severity: "warning",
        because: `HostEndpoints of all interfaces drop from v3.14 on what their policies do not allow: ${some(open.map(nameOf))}`,
        evidence,
        fix: "check that the GlobalNetworkPolicies that select them allow all that these hosts need, in both directions",
      };
    }
    return {
      outcome: "fail",
      because: `HostEndpoints of all interfaces let everything through that no policy blocks, and drop it from v3.14 on: ${some(bare.map(nameOf))}`,
      evidence,
      fix: "label them and apply a GlobalNetworkPolicy that selects the label and allows ingress and egress",
    };
  },
});

function picks({ spec }: CalicoObject, { labels }: CalicoObject): boolean | "unknown" {
  const selector = spec["selector"];
  return selects(typeof selector === "string" ? selector : undefined, labels);
}

/** It has a rule in each direction that allows, whoever it is. */
function allowsAll({ spec }: CalicoObject): boolean {
  return ["ingress", "egress"].every((direction) =>
    listOf(spec[direction]).some((each) => {
      const { action, metadata: _, ...match } = recordOf(each) ?? {};
      return action === "Allow" && Object.keys(match).length === 0;
    }),
  );
}

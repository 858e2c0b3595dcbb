import { notes, seed } from "../citations.ts";
import { crosses, metByStep, type PathRule } from "../path-rule.ts";
import { span } from "../version.ts";

/** From which release on NetworkPolicies mean what Kubernetes says (calico-facts 2.3). */
const semantics = { kubernetes: span("v2.3.0"), etcd: span("v2.4.0") };

export const p02: PathRule = {
  id: "P02",
  severity: "error",
  steps: ["controller", "node"],
  page: {
    title: "Policies are migrated before NetworkPolicies get their v1 meaning",
    why: "From v2.3.0 (Kubernetes datastore) and v2.4.0 (etcd) on the DefaultDeny annotation means nothing, and policies that had no effect begin to block.",
    detected: "the release that runs, by its node image, and the release asked for, and the datastore",
    fix: "Before the upgrade delete the policies of namespaces without DefaultDeny, and give each namespace with it a policy that selects every pod and allows nothing: with etcd before the controller, with the Kubernetes datastore before the first node.",
    sources: [
      seed,
      "https://github.com/kubernetes/kubernetes/pull/39164",
      notes("v2.3.0"),
      "https://github.com/projectcalico/kube-controllers/pull/105",
    ],
  },
  decide: (hop) =>
    crosses(hop, semantics[hop.datastore])
      ? metByStep(`${hop.to.text} gives NetworkPolicies another meaning than ${hop.from.text}`)
      : undefined,
};

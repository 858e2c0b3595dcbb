import { issue, notes, seed } from "../../releases/citations.ts";
import type { Words } from "./shape.ts";

const boundary = "before v2.3.0 (Kubernetes datastore) or v2.4.0 (etcd) → those and newer";
const oldCode =
  "policy controller v0.6.0 and libcalico-go v1.2.2, the last that read the annotation (calico/kube-controllers, calico/libcalico-go)";
const migrate =
  "kubectl calico-upgrade migrate-policy, with etcd before the controller, with the Kubernetes datastore before the first node.";

/** The boundary at which NetworkPolicies get their v1 meaning (calico-facts section 2). */
export const policyWords = {
  N01: {
    title: "every isolation annotation can be read",
    why: "The old controller and the old Felix read invalid JSON, other types and other spellings of the annotation differently, so whether such a namespace is closed cannot be told from the cluster.",
    detected: "the annotation net.beta.kubernetes.io/network-policy of every namespace",
    fix: "migrate-policy --treat-as=NAMESPACE=isolated|open for each namespace that is named, or write the annotation properly.",
    releases: boundary,
    sources: [oldCode],
  },
  N02: {
    title: "every namespace with DefaultDeny has a policy that closes it",
    why: "After the boundary the annotation means nothing: pods that no policy selects are open.",
    detected: "namespaces with the annotation, and policies that select every pod and allow nothing",
    fix: migrate,
    releases: boundary,
    sources: [seed, notes("v2.3.0")],
  },
  N03: {
    title: "no policy that did nothing begins to block",
    why: "In a namespace without DefaultDeny policies had no effect. After the boundary each of them closes the pods that it selects for everything that it does not allow.",
    detected: "NetworkPolicies in namespaces without the annotation",
    fix: `${migrate} --keep=NAMESPACE/NAME for those that shall take effect.`,
    releases: boundary,
    sources: [seed, "https://github.com/kubernetes/kubernetes/pull/39164"],
  },
  N04: {
    title: "no namespace counts on the alpha annotation",
    why: "No Calico from v1.6 on reads net.alpha.kubernetes.io/network-isolation: a namespace that carries it is not closed by it.",
    detected: "the annotation net.alpha.kubernetes.io/network-isolation of every namespace",
    fix: "Remove the annotation, and close the namespace by a policy where that was meant.",
    releases: "v1.6 and newer",
    sources: ["policy controller v0.1.3, which read it last (calico/kube-controllers, constants.py)"],
  },
  N05: {
    title: "no namespace counts on an annotation that means nothing any more",
    why: "Past the boundary DefaultDeny has no effect. A namespace that carries it and has no policy that closes it is open, although somebody once closed it.",
    detected: "namespaces with the annotation and no policy that selects every pod and allows nothing",
    fix: "Create a policy that selects every pod and allows nothing where the namespace shall be closed; else remove the annotation.",
    releases: "v2.3.0 and newer (Kubernetes datastore), v2.4.0 and newer (etcd)",
    sources: [notes("v2.3.0"), "https://github.com/projectcalico/kube-controllers/issues/198", issue(839)],
  },
  N06: {
    title: "policies do not mean two things at once",
    why: "With the Kubernetes datastore every calico-node decides for its node. While some are before the boundary and others past it, the same policy means two things.",
    detected: "the releases of the nodes' calico-node, by their images",
    fix: "Finish migrate-policy, then upgrade the other nodes soon.",
    releases: boundary,
    sources: ["libcalico-go commit c98f890759"],
  },
  N07: {
    title: "egress rules and ipBlocks are wanted as they begin to count",
    why: "From v2.6 on Calico enforces egress rules and the addresses of an ipBlock. Before, egress was not looked at, and an ipBlock stood for nobody (etcd) or for everybody (Kubernetes datastore).",
    detected: "NetworkPolicies with egress, policyTypes or ipBlock",
    fix: "migrate-policy --what-if --to=VERSION shows the flows that change. Take back what is not wanted before the upgrade.",
    releases: "before v2.6.0 → v2.6.0 and newer",
    sources: [notes("v2.6.0")],
  },
  N08: {
    title: "Calico's own egress rules are not lifted by a default-deny",
    why: "Under the old meaning every NetworkPolicy also allows all egress, at order 1000. Where policies of Calico with a higher order limit egress, a default-deny that is created for the migration lifts those limits until the upgrade.",
    detected: "nothing: Calico's policies before the boundary are in etcd, not in the API",
    fix: "calicoctl get policy -o yaml: look for egress rules with an order above 1000 in the namespaces that migrate-policy closes, and upgrade soon after it.",
    releases: `${boundary}, etcd`,
    sources: ["policy controller v0.6.0 (handlers/network_policy.py)"],
  },
  N09: {
    title: "the old catch-all policy is gone from etcd",
    why: "v2.6.0 – v2.6.5 left the policy k8s-policy-no-match of older controllers in etcd, where it bypasses every default-deny. v2.6.6 and newer remove it.",
    detected: "the release that runs; the policy itself is in etcd, not in the API",
    fix: "calicoctl get policy k8s-policy-no-match: where it is still there after the upgrade, calicoctl delete policy k8s-policy-no-match.",
    releases: "v2.6.0 – v2.6.5, etcd",
    sources: [notes("v2.6.6"), issue(1484)],
  },
} as const satisfies Readonly<Record<string, Words>>;

import type { KubeObject } from "../../../src/model/kube.ts";
import { keepAnnotation } from "../../../src/model/names.ts";
import { known } from "../../../src/model/reading.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { aDaemonSet, aPod, aWorkload } from "../build/a-cluster.ts";
import { casesOf, daemonSetWith } from "./cases.ts";
import { forbidden, ruleOf } from "./cluster.ts";

const isolation = "net.beta.kubernetes.io/network-policy";
const closed = '{"ingress":{"isolation":"DefaultDeny"}}';
const namespace = (name: string, annotation?: string, more = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name,
    annotations: { ...(annotation === undefined ? {} : { [isolation]: annotation }), ...more },
  },
});
const policy = (place: string, name: string, spec: object = {}, annotations = {}): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: place, annotations },
  spec: { podSelector: {}, ...spec },
});
const web = policy("shop", "web", { podSelector: { matchLabels: { app: "web" } }, ingress: [{}] });
const old = { release: "v2.2.1", to: "v2.5.1" } as const;

casesOf("a namespace whose annotation nobody can read would be guessed", ruleOf("N01"), [
  {
    because: "invalid JSON is named, and how to decide it",
    ...old,
    objects: [namespace("shop", "{")],
    says: "fail",
    severity: "warning",
    seen: ["Namespace shop"],
    fix: "--treat-as=shop=isolated",
  },
  {
    because: "one that was decided is not",
    ...old,
    objects: [namespace("shop", "{", { "calico-upgrade/treat-as": "open" })],
    says: "pass",
  },
  {
    because: "past the boundary nobody reads it",
    release: "v2.5.1",
    to: "v2.6.12",
    objects: [namespace("shop", "{")],
    says: "n/a",
  },
  {
    because: "namespaces that may not be listed are unknown",
    ...old,
    readings: { namespaces: forbidden },
    says: "unknown",
  },
]);

casesOf("closed namespaces would be open after the upgrade", ruleOf("N02"), [
  {
    because: "one without a policy that closes it is named",
    ...old,
    objects: [namespace("shop", closed)],
    says: "fail",
    severity: "warning",
    seen: ["Namespace shop"],
  },
  {
    because: "one with such a policy passes, whatever it is called",
    ...old,
    objects: [namespace("shop", closed), policy("shop", "nobody")],
    says: "pass",
  },
  {
    because: "with etcd v2.3 still reads it: the way to it crosses nothing",
    release: "v2.2.1",
    datastore: "etcd",
    to: "v2.3.0",
    objects: [namespace("shop", closed)],
    says: "n/a",
  },
  {
    because: "policies that may not be listed are unknown",
    ...old,
    readings: { networkPolicies: forbidden },
    says: "unknown",
  },
]);

casesOf("policies that did nothing would block", ruleOf("N03"), [
  {
    because: "one in an open namespace is named",
    ...old,
    objects: [namespace("shop"), web],
    says: "fail",
    severity: "warning",
    seen: ["NetworkPolicy shop/web"],
  },
  {
    because: "one that somebody decided to keep is not",
    ...old,
    objects: [namespace("shop"), policy("shop", "web", {}, { [keepAnnotation]: "true" })],
    says: "pass",
  },
  {
    because: "those of a closed namespace stay",
    ...old,
    objects: [namespace("shop", closed), web, policy("shop", "nobody")],
    says: "pass",
  },
  {
    because: "policies that may not be listed are unknown",
    ...old,
    readings: { networkPolicies: forbidden },
    says: "unknown",
  },
]);

casesOf("the upgrade would change who may talk to whom", ruleOf("P02"), [
  {
    because: "a policy that is deleted, and held by a finalizer, blocks as soon as the boundary is crossed",
    ...old,
    objects: [
      namespace("shop"),
      { ...web, metadata: { ...web.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
    ],
    says: "fail",
    severity: "error",
    words: /deleted, and held by a finalizer: shop\/web/,
  },
  {
    because: "what is left to do is told, and refused",
    ...old,
    objects: [namespace("shop"), web, namespace("bank", closed), namespace("odd", "{")],
    says: "fail",
    severity: "error",
    words: /undecided: odd \(N01\); to close: bank \(N02\); to delete: shop\/web \(N03\)/,
    fix: "migrate-policy",
  },
  {
    because: "a migrated cluster passes",
    ...old,
    objects: [namespace("shop"), namespace("bank", closed), policy("bank", "default-deny")],
    says: "pass",
  },
  {
    because: "past the boundary it does not matter",
    release: "v2.5.1",
    to: "v2.6.12",
    objects: [namespace("shop"), web],
    says: "n/a",
  },
  {
    because: "with etcd the upgraded controller has crossed it, and policies made since stay as they are",
    release: "v2.3.0",
    datastore: "etcd",
    to: "v2.5.1",
    objects: [
      namespace("shop"),
      web,
      aWorkload({ name: "calico-policy-controller", image: "calico/kube-policy-controller:v0.7.0" }),
    ],
    says: "n/a",
  },
  {
    because: "with etcd nodes that went first have not: the old controller still has to go",
    release: "v2.5.1",
    datastore: "etcd",
    to: "v2.5.1",
    objects: [
      namespace("shop"),
      web,
      aWorkload({ name: "calico-policy-controller", image: "calico/kube-policy-controller:v0.6.0" }),
    ],
    says: "fail",
    words: "to delete: shop/web",
  },
  {
    because: "with the Kubernetes datastore a controller decides nothing",
    ...old,
    objects: [namespace("shop"), web, aWorkload({ image: "calico/kube-controllers:v3.29.1" })],
    says: "fail",
  },
  {
    because: "with a datastore that is not known the boundary is not either",
    release: "v2.2.1",
    daemonSet: daemonSetWith("v2.2.1", { node: { DATASTORE_TYPE: "" } }),
    config: { cni_network_config: "{}" },
    to: "v2.5.1",
    readings: { networkPolicies: forbidden },
    says: "unknown",
  },
  {
    because: "policies that may not be listed are unknown",
    ...old,
    readings: { networkPolicies: forbidden },
    says: "unknown",
  },
]);

casesOf("somebody would take a namespace for closed that is open", ruleOf("N04"), [
  {
    because: "the alpha annotation is named",
    objects: [namespace("shop", undefined, { "net.alpha.kubernetes.io/network-isolation": "yes" })],
    says: "fail",
    severity: "info",
    seen: ["Namespace shop"],
  },
  { because: "without it nothing is told", objects: [namespace("shop")], says: "pass" },
  {
    because: "namespaces that may not be listed are unknown",
    readings: { namespaces: forbidden },
    says: "unknown",
  },
]);

casesOf("a namespace that was closed once is open, and nobody knows", ruleOf("N05"), [
  {
    because: "DefaultDeny that nobody reads is named",
    objects: [namespace("shop", closed)],
    says: "fail",
    severity: "warning",
    seen: ["Namespace shop"],
  },
  {
    because: "one with a policy that closes it passes",
    objects: [namespace("shop", closed), policy("shop", "nobody")],
    says: "pass",
  },
  {
    because: "before the boundary it is read",
    release: "v2.2.1",
    objects: [namespace("shop", closed)],
    says: "n/a",
  },
  {
    because: "policies that may not be listed are unknown",
    readings: { networkPolicies: forbidden },
    says: "unknown",
  },
]);

const mixed = ["v2.2.1", "v2.3.0"].map((release, index) => {
  const set = aDaemonSet(daemonSetWith(release, {}));
  return podFacts(aPod(set, `node-0${index + 1}`));
});

casesOf("the same policy would mean two things on two nodes", ruleOf("N06"), [
  {
    because: "nodes on both sides are told",
    release: "v2.3.0",
    readings: { pods: known(mixed) },
    says: "fail",
    severity: "warning",
    words: "v2.2.1 to v2.3.0",
  },
  { because: "nodes on one side pass", release: "v2.2.1", says: "pass" },
  { because: "with etcd the controller decides", release: "v2.2.1", datastore: "etcd", says: "n/a" },
  {
    because: "pods that may not be listed are unknown",
    release: "v2.2.1",
    readings: { pods: forbidden },
    says: "unknown",
  },
]);

const block = { ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] };

casesOf("egress that was never looked at would be cut", ruleOf("N07"), [
  {
    because: "egress is named",
    release: "v2.5.1",
    objects: [policy("shop", "out", { policyTypes: ["Egress"] })],
    to: "v2.6.12",
    says: "fail",
    severity: "warning",
    seen: ["NetworkPolicy shop/out"],
    fix: "--what-if",
  },
  {
    because: "an ipBlock is named",
    release: "v2.5.1",
    objects: [policy("shop", "in", block)],
    to: "v2.6.12",
    says: "fail",
    seen: ["NetworkPolicy shop/in"],
  },
  { because: "ingress from pods is not", release: "v2.5.1", objects: [web], to: "v2.6.12", says: "pass" },
  {
    because: "from v2.6 on they count already",
    release: "v2.6.12",
    objects: [policy("shop", "in", block)],
    to: "v3.0.12",
    says: "n/a",
  },
  {
    because: "policies that may not be listed are unknown",
    release: "v2.5.1",
    readings: { networkPolicies: forbidden },
    to: "v2.6.12",
    says: "unknown",
  },
]);

const etcd = { release: "v2.3.0", datastore: "etcd", to: "v2.5.1" } as const;

casesOf("Calico's own egress limits would be lifted by the migration", ruleOf("N08"), [
  {
    because: "where a default-deny comes, what to look at is told",
    ...etcd,
    objects: [namespace("shop", closed)],
    says: "unknown",
    severity: "warning",
    fix: "calicoctl get policy",
  },
  { because: "where none comes nothing changes", ...etcd, objects: [namespace("shop")], says: "pass" },
  {
    because: "the Kubernetes datastore had no such policies",
    ...old,
    objects: [namespace("shop", closed)],
    says: "n/a",
  },
]);

casesOf("a policy in etcd would bypass every default-deny", ruleOf("N09"), [
  {
    because: "releases that left it say where to look",
    release: "v2.6.3",
    datastore: "etcd",
    says: "unknown",
    severity: "warning",
    fix: "k8s-policy-no-match",
  },
  { because: "v2.6.6 removes it", release: "v2.6.6", datastore: "etcd", says: "n/a" },
]);

casesOf(
  "policies of a namespace that somebody meant to close would be deleted without a word",
  ruleOf("N10"),
  [
    {
      because: "a key without its dash is named",
      ...old,
      objects: [
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name: "shop", annotations: { "net.beta.kubernetes.io/networkpolicy": closed } },
        },
        web,
      ],
      says: "fail",
      severity: "warning",
      words: "shop (net.beta.kubernetes.io/networkpolicy: ",
      fix: "kubectl annotate --overwrite namespace shop net.beta.kubernetes.io/network-policy=",
    },
    {
      because: "a value in lower case is named",
      ...old,
      objects: [namespace("shop", '{"ingress":{"isolation":"defaultdeny"}}'), web],
      says: "fail",
      seen: ["Namespace shop"],
    },
    {
      because: "the annotation as it has to be, and other annotations, are none",
      ...old,
      objects: [
        namespace("shop", closed),
        namespace("web", '{"ingress":{"isolation":"Allow"}}'),
        namespace("app", undefined, { "example.com/network-policy": "DefaultDeny" }),
      ],
      says: "pass",
    },
    {
      because: "a namespace that a policy closes is closed",
      ...old,
      objects: [
        namespace("shop", '{"ingress":{"isolation":"defaultdeny"}}'),
        policy("shop", "deny", { policyTypes: ["Ingress"] }),
      ],
      says: "pass",
    },
    { because: "past the boundary it says nothing any more", release: "v3.29.1", to: "v3.30.7", says: "n/a" },
  ],
);

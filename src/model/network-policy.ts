import { parseCidr, type Cidr } from "./cidr.ts";
import type { KubeObject, OwnerReference } from "./kube.ts";
import { labelSelector, refuseOthers, type LabelSelector, type Refuse } from "./label-selector.ts";
import { keepAnnotation } from "./names.ts";
import { listOf, recordOf } from "./record.ts";

export const protocols = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof protocols)[number];

/** Which ports of one protocol: all without `port`, one, a range up to `end`, or those of a name. */
export interface PortMatch {
  readonly protocol: Protocol;
  readonly port?: number | string;
  readonly end?: number;
}

/** Who is on the other side. */
export type Peer =
  | {
      readonly kind: "pods";
      /** Without one: the policy's own namespace. */
      readonly namespaces?: LabelSelector;
      readonly pods: LabelSelector;
    }
  | { readonly kind: "block"; readonly cidr: Cidr; readonly except: readonly Cidr[] };

export interface NetworkPolicyRule {
  /** None: everybody. */
  readonly peers: readonly Peer[];
  /** None: every port. */
  readonly ports: readonly PortMatch[];
}

/** A NetworkPolicy of either API group: both show the same objects (calico-facts 2.6). */
export interface NetworkPolicyFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly podSelector: LabelSelector;
  readonly ingress: readonly NetworkPolicyRule[];
  readonly egress: readonly NetworkPolicyRule[];
  /** policyTypes, or what the API takes when there are none. */
  readonly types: { readonly ingress: boolean; readonly egress: boolean };
  /** Somebody asked for its deletion and a finalizer holds it: it counts until it is gone. */
  readonly deleting: boolean;
  /** Recorded by --keep. */
  readonly keep: boolean;
  /** Who makes it again when it is deleted (hazard H15), in words. */
  readonly madeBy: readonly string[];
  /** What in it is not understood; then nothing is claimed about what it does. */
  readonly unreadable?: string;
}

/** Reads a NetworkPolicy as networking.k8s.io/v1 defines it. */
export function networkPolicyFacts(raw: KubeObject): NetworkPolicyFacts {
  const { metadata } = raw;
  const spec = recordOf(raw["spec"]) ?? {};
  const problems: string[] = [];
  const refuse: Refuse = (why) => void problems.push(why);
  refuseOthers(spec, ["podSelector", "ingress", "egress", "policyTypes"], "spec", refuse);
  const egress = rulesOf(spec["egress"], "to", refuse);
  const types = listOf(spec["policyTypes"]);
  for (const type of types) {
    if (type !== "Ingress" && type !== "Egress") refuse(`the policy type ${JSON.stringify(type)}`);
  }
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    podSelector: labelSelector(spec["podSelector"], refuse),
    ingress: rulesOf(spec["ingress"], "from", refuse),
    egress,
    // Without policyTypes every policy is for ingress, and one with egress rules for egress as well
    // (NetworkPolicySpec.policyTypes, pkg/apis/networking/v1/defaults.go).
    types:
      types.length === 0
        ? { ingress: true, egress: egress.length > 0 }
        : { ingress: types.includes("Ingress"), egress: types.includes("Egress") },
    deleting: metadata.deletionTimestamp !== undefined,
    keep: metadata.annotations?.[keepAnnotation] === "true",
    madeBy: makersOf(metadata),
    ...(problems.length === 0 ? {} : { unreadable: [...new Set(problems)].join(", ") }),
  };
}

function rulesOf(raw: unknown, peersField: "from" | "to", refuse: Refuse): readonly NetworkPolicyRule[] {
  return listOf(raw).map((each): NetworkPolicyRule => {
    const rule = recordOf(each) ?? {};
    refuseOthers(rule, [peersField, "ports"], "rule", refuse);
    return {
      peers: listOf(rule[peersField]).map((peer) => peerOf(peer, refuse)),
      ports: listOf(rule["ports"]).map((port) => portOf(port, refuse)),
    };
  });
}

const nobody: Peer = { kind: "pods", pods: [{ key: "", operator: "Exists", values: [] }] };

function peerOf(raw: unknown, refuse: Refuse): Peer {
  const peer = recordOf(raw) ?? {};
  refuseOthers(peer, ["podSelector", "namespaceSelector", "ipBlock"], "peer", refuse);
  const { podSelector, namespaceSelector, ipBlock } = peer;
  const selecting = isThere(podSelector) || isThere(namespaceSelector);
  if (!isThere(ipBlock)) {
    if (!selecting) {
      refuse("a peer without a selector");
      return nobody;
    }
    return {
      kind: "pods",
      pods: labelSelector(podSelector, refuse),
      ...(isThere(namespaceSelector) ? { namespaces: labelSelector(namespaceSelector, refuse) } : {}),
    };
  }
  if (selecting) refuse("an ipBlock together with a selector");
  const block = recordOf(ipBlock) ?? {};
  refuseOthers(block, ["cidr", "except"], "ipBlock", refuse);
  const [cidr, ...except] = [block["cidr"], ...listOf(block["except"])].map((text) => {
    const found = typeof text === "string" ? parseCidr(text) : undefined;
    if (found === undefined) refuse(`the CIDR ${JSON.stringify(text)}`);
    return found;
  });
  if (cidr === undefined) return nobody;
  return { kind: "block", cidr, except: except.filter((each) => each !== undefined) };
}

function portOf(raw: unknown, refuse: Refuse): PortMatch {
  const fields = recordOf(raw) ?? {};
  refuseOthers(fields, ["protocol", "port", "endPort"], "port", refuse);
  const { protocol: given, port: wanted, endPort } = fields;
  // TCP where nothing is said (NetworkPolicyPort.protocol).
  const protocol = protocols.find((each) => each === (given ?? "TCP"));
  if (protocol === undefined) refuse(`the protocol ${JSON.stringify(given)}`);
  const isNumber = typeof wanted === "number" || (typeof wanted === "string" && /^\d+$/.test(wanted));
  const port = isNumber ? Number(wanted) : wanted;
  if (isThere(port) && typeof port !== "number" && typeof port !== "string")
    refuse(`the port ${JSON.stringify(port)}`);
  if (isThere(endPort) && (typeof endPort !== "number" || typeof port !== "number" || endPort < port)) {
    refuse(`the endPort ${JSON.stringify(endPort)}`);
  }
  return {
    protocol: protocol ?? "TCP",
    ...(typeof port === "number" || typeof port === "string" ? { port } : {}),
    ...(typeof endPort === "number" ? { end: endPort } : {}),
  };
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function makersOf({
  labels = {},
  annotations = {},
  ownerReferences = [],
}: {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}): readonly string[] {
  const release = annotations["meta.helm.sh/release-name"];
  const helm = [labels["app.kubernetes.io/managed-by"], labels["heritage"]].some(
    (name) => name === "Helm" || name === "Tiller",
  );
  return [
    ...ownerReferences.map(({ kind, name }) => `${kind} ${name}`),
    ...(release === undefined ? (helm ? ["Helm"] : []) : [`Helm release ${release}`]),
    ...("argocd.argoproj.io/tracking-id" in annotations || "argocd.argoproj.io/instance" in labels
      ? ["Argo CD"]
      : []),
    ...(["kustomize", "helm"].some((kind) => `${kind}.toolkit.fluxcd.io/name` in labels) ? ["Flux"] : []),
    ...(labels["addonmanager.kubernetes.io/mode"] === "Reconcile" ? ["Kubernetes' addon manager"] : []),
  ];
}

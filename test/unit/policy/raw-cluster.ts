import type { KubeObject } from "../../../src/model/kube.ts";
import { endpointFacts } from "../../../src/model/endpoint.ts";
import { isolationAnnotation, namespaceFacts } from "../../../src/model/namespace.ts";
import { networkPolicyFacts } from "../../../src/model/network-policy.ts";
import type { PolicyCluster } from "../../../src/policy/cluster.ts";
import { isolationOf } from "../../../src/policy/isolation.ts";

/** Objects as the API has them, as far as policy goes. */
export interface RawSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | null;
  readonly matchExpressions?:
    | readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[]
    | null;
}
export interface RawPeer {
  readonly podSelector?: RawSelector | null;
  readonly namespaceSelector?: RawSelector | null;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] | null };
}
export interface RawPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}
export interface RawRule {
  readonly from?: readonly RawPeer[] | null;
  readonly to?: readonly RawPeer[] | null;
  readonly ports?: readonly RawPort[] | null;
}
export interface RawPolicySpec {
  readonly podSelector?: RawSelector | null;
  readonly ingress?: readonly RawRule[] | null;
  readonly egress?: readonly RawRule[] | null;
  readonly policyTypes?: readonly string[] | null;
}
export interface RawPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly spec: RawPolicySpec;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}
export interface RawPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip?: string;
  /** The other one of a dual-stack pod. */
  readonly secondIp?: string;
  readonly ports?: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly containerPort: number;
  }[];
}
export interface RawNamespace {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Of the beta key. */
  readonly annotation?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}
export interface RawCluster {
  readonly namespaces: readonly RawNamespace[];
  readonly pods: readonly RawPod[];
  readonly policies: readonly RawPolicy[];
}

export const defaultDeny = '{"ingress":{"isolation":"DefaultDeny"}}';

export function namespaceObject({
  name,
  labels,
  annotation,
  annotations,
  deletionTimestamp,
}: RawNamespace): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: labels ?? {},
      annotations: {
        ...annotations,
        ...(annotation === undefined ? {} : { [isolationAnnotation]: annotation }),
      },
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  };
}

export function policyObject({
  namespace,
  name,
  spec,
  annotations,
  deletionTimestamp,
}: RawPolicy): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      namespace,
      name,
      uid: `${namespace}-${name}`,
      resourceVersion: "1",
      annotations: annotations ?? {},
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec,
  };
}

export function podObject({ namespace, name, labels, ip, secondIp, ports }: RawPod): KubeObject {
  const podIPs = secondIp === undefined ? {} : { podIPs: [{ ip }, { ip: secondIp }] };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels },
    spec: { containers: [{ name: "main", ports: ports ?? [] }] },
    status: ip === undefined ? { phase: "Pending" } : { phase: "Running", podIP: ip, ...podIPs },
  };
}

/** The facts that the program reads out of these objects. */
export function clusterOf(raw: RawCluster): PolicyCluster {
  const namespaces = raw.namespaces.map((each) => namespaceFacts(namespaceObject(each)));
  return {
    namespaces,
    pods: raw.pods.map((each) => endpointFacts(podObject(each))).filter((facts) => facts !== undefined),
    policies: raw.policies.map((each) => networkPolicyFacts(policyObject(each))),
    isolation: new Map(namespaces.map((each) => [each.name, isolationOf(each).isolation])),
  };
}

import type { EndpointFacts } from "../model/endpoint.ts";
import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts, Protocol } from "../model/network-policy.ts";
import type { Isolation } from "./isolation.ts";

/** Everything that decides who may talk to whom. */
export interface PolicyCluster {
  readonly namespaces: readonly NamespaceFacts[];
  readonly pods: readonly EndpointFacts[];
  readonly policies: readonly NetworkPolicyFacts[];
  /** By namespace; one that is not in it is open. Only the old semantics look at it. */
  readonly isolation: ReadonlyMap<string, Isolation>;
}

/** One end of a flow. */
export type End =
  | { readonly kind: "pod"; readonly pod: EndpointFacts }
  | { readonly kind: "address"; readonly address: string };

export interface Flow {
  readonly from: End;
  readonly to: End;
  readonly protocol: Protocol;
  /** 1 to 65535 */
  readonly port: number;
}

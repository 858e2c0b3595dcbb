import { endpointFacts, type EndpointFacts } from "../model/endpoint.ts";
import type { KubeObject } from "../model/kube.ts";
import { namespaceFacts, type NamespaceFacts } from "../model/namespace.ts";
import { networkPolicyFacts, type NetworkPolicyFacts } from "../model/network-policy.ts";
import { userError } from "../errors.ts";
import type { Served } from "../model/served.ts";
import { list } from "./list.ts";
import type { Connection, Discovery } from "./port.ts";

/** Groups that observing policies asks discovery about. */
export const policyGroups: readonly string[] = ["networking.k8s.io", "extensions"];

export interface ObservedPolicy {
  readonly namespaces: readonly NamespaceFacts[];
  /** Pods that Calico has or will have an endpoint for. */
  readonly pods: readonly EndpointFacts[];
  readonly policies: readonly NetworkPolicyFacts[];
}

/**
 * Everything that decides who may talk to whom, page by page. Both API groups show the same policies, so
 * one of them is listed. Throws what the server answers: a part of the cluster cannot be judged without
 * the rest. `see` gets every namespace and policy as it came: whoever writes to them has to know more.
 */
export async function observePolicy(
  connection: Connection,
  discovered: Promise<Discovery>,
  see: (object: KubeObject) => void = () => {},
): Promise<ObservedPolicy> {
  const core = { group: "", version: "v1" };
  const seen =
    <T>(pick: (object: KubeObject) => T) =>
    (object: KubeObject): T => {
      see(object);
      return pick(object);
    };
  const [namespaces, pods, policies] = await Promise.all([
    list(connection, { ...core, resource: "namespaces", kind: "Namespace" }, { pick: seen(namespaceFacts) }),
    list(connection, { ...core, resource: "pods", kind: "Pod" }, { pick: endpointFacts }),
    discovered.then(async (discovery) => {
      return await list(connection, servedPolicies(discovery), { pick: seen(networkPolicyFacts) });
    }),
  ]);
  return {
    namespaces: namespaces.items,
    pods: pods.items.filter((facts) => facts !== undefined),
    policies: policies.items,
  };
}

/** Where this server has NetworkPolicies; throws UserError where it has none. */
export function servedPolicies(discovery: Discovery): Served {
  const served = discovery.find("networkpolicies", policyGroups);
  if (served === undefined) throw userError(`the server doesn't have a resource type "networkpolicies"`);
  return served;
}

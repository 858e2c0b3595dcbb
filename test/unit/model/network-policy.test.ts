import { describe, expect, test } from "vitest";
import { networkPolicyFacts, type NetworkPolicyFacts } from "../../../src/model/network-policy.ts";

function factsOf(spec: object): NetworkPolicyFacts {
  return networkPolicyFacts({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { namespace: "shop", name: "web" },
    spec,
  });
}

const rule = (field: "from" | "ports", value: object): object => ({
  podSelector: {},
  ingress: [{ [field]: [value] }],
});
const expression = (operator: string, values?: readonly string[]): object => ({
  podSelector: { matchExpressions: [{ key: "app", operator, ...(values === undefined ? {} : { values }) }] },
});

describe("of a policy that says what the API does not define nothing is claimed", () => {
  test.each<[string, object]>([
    ['the spec field "priority"', { podSelector: {}, priority: 7 }],
    ['the rule field "action"', { podSelector: {}, ingress: [{ action: "Deny" }] }],
    ['the rule field "to"', { podSelector: {}, ingress: [{ to: [{ podSelector: {} }] }] }],
    ['the peer field "serviceSelector"', rule("from", { podSelector: {}, serviceSelector: {} })],
    ['the ipBlock field "not"', rule("from", { ipBlock: { cidr: "10.0.0.0/8", not: true } })],
    ['the port field "icmp"', rule("ports", { port: 80, icmp: 8 })],
    ['the selector field "matchNames"', { podSelector: { matchNames: ["a"] } }],
    ["a selector that is not an object", { podSelector: "app=web" }],
    ['the operator "Gt"', expression("Gt", ["7"])],
    ['the operator "in"', expression("in", ["a"])],
    ["the operator In without values", expression("In")],
    ["the operator NotIn without values", expression("NotIn", [])],
    ["the operator Exists with values", expression("Exists", ["a"])],
    ['the policy type "ingress"', { podSelector: {}, policyTypes: ["ingress"] }],
    ["a peer without a selector", rule("from", {})],
    ["an ipBlock together with a selector", rule("from", { podSelector: {}, ipBlock: { cidr: "::/0" } })],
    ['the CIDR "10.0.0.0/33"', rule("from", { ipBlock: { cidr: "10.0.0.0/33" } })],
    ['the CIDR "10.0.0.1"', rule("from", { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.1"] } })],
    ['the protocol "ICMP"', rule("ports", { protocol: "ICMP" })],
    ["the endPort 79", rule("ports", { port: 80, endPort: 79 })],
    ["the endPort 90", rule("ports", { endPort: 90 })],
    ["the endPort 91", rule("ports", { port: "web", endPort: 91 })],
  ])("%s", (words, spec) => {
    expect(factsOf(spec).unreadable).toBe(words);
  });

  test.each<[string, object]>([
    ["no spec at all", {}],
    [
      "null wherever it may stand",
      {
        podSelector: null,
        ingress: [{ from: null, ports: [{ port: null, protocol: null, endPort: null }] }],
        egress: null,
        policyTypes: null,
      },
    ],
    ["a peer of which one half is null", rule("from", { podSelector: null, namespaceSelector: {} })],
    ["a range of one port", rule("ports", { port: 80, endPort: 80 })],
    ["a number that is text", rule("ports", { port: "80", endPort: 90 })],
  ])("but %s is understood", (_name, spec) => {
    expect(factsOf(spec).unreadable).toBeUndefined();
  });
});

/**
 * Facts of https://kubernetes.io/docs/concepts/services-networking/network-policies/: its sample policies,
 * and what the page says they do. An end that no policy is about stands for everybody else.
 */
import { describe, expect, test } from "vitest";
import type { End } from "../../../src/policy/cluster.ts";
import { v1Allows } from "../../../src/policy/v1.ts";
import { clusterOf, type RawPolicySpec } from "./raw-cluster.ts";

const namespaces = [
  { name: "default", labels: {} },
  { name: "other", labels: { project: "myproject", user: "alice" } },
];
const pods = [
  { namespace: "default", name: "db", labels: { role: "db" }, ip: "10.244.0.1" },
  { namespace: "default", name: "frontend", labels: { role: "frontend" }, ip: "10.244.0.2" },
  { namespace: "default", name: "client", labels: { role: "client" }, ip: "10.244.0.3" },
  { namespace: "other", name: "client", labels: { role: "client" }, ip: "10.244.1.1" },
  { namespace: "other", name: "plain", labels: {}, ip: "10.244.1.2" },
];

function passes(spec: RawPolicySpec, from: string, to: string, port = 6379, protocol: "TCP" | "UDP" = "TCP") {
  const cluster = clusterOf({ namespaces, pods, policies: [{ namespace: "default", name: "sample", spec }] });
  const end = (text: string): End => {
    const pod = cluster.pods.find(({ namespace, name }) => `${namespace}/${name}` === text);
    return pod === undefined ? { kind: "address", address: text } : { kind: "pod", pod };
  };
  const flow = { from: end(from), to: end(to), protocol, port };
  return v1Allows(flow, cluster, { egress: true, ipBlock: "its addresses" });
}

describe("the page's test-network-policy", () => {
  const spec: RawPolicySpec = {
    podSelector: { matchLabels: { role: "db" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          { ipBlock: { cidr: "172.17.0.0/16", except: ["172.17.1.0/24"] } },
          { namespaceSelector: { matchLabels: { project: "myproject" } } },
          { podSelector: { matchLabels: { role: "frontend" } } },
        ],
        ports: [{ protocol: "TCP", port: 6379 }],
      },
    ],
    egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/24" } }], ports: [{ protocol: "TCP", port: 5978 }] }],
  };

  test.each([
    ["default/frontend", true],
    ["default/client", false],
    ["other/plain", true],
    ["172.17.0.5", true],
    ["172.17.1.5", false],
    ["172.17.2.5", true],
    ["172.18.0.1", false],
  ])("ingress to role=db on 6379 from %s: %s", (from, allowed) => {
    expect(passes(spec, from, "default/db")).toBe(allowed);
    expect(passes(spec, from, "default/db", 6380)).toBe(false);
    expect(passes(spec, from, "default/db", 6379, "UDP")).toBe(false);
  });

  test.each([
    ["10.0.0.7", 5978, true],
    ["10.0.0.7", 5979, false],
    ["10.0.1.7", 5978, false],
  ])("egress from role=db to %s on %i: %s", (to, port, allowed) => {
    expect(passes(spec, "default/db", to, port)).toBe(allowed);
  });

  test("pods that it does not select are not isolated", () => {
    expect(passes(spec, "other/plain", "default/client")).toBe(true);
  });
});

describe("namespaceSelector and podSelector", () => {
  const both = { namespaceSelector: { matchLabels: { user: "alice" } } };
  const client = { podSelector: { matchLabels: { role: "client" } } };

  test("in one entry select pods with the label in namespaces with the label", () => {
    const spec = { podSelector: {}, ingress: [{ from: [{ ...both, ...client }] }] };
    expect(passes(spec, "other/client", "default/db")).toBe(true);
    expect(passes(spec, "other/plain", "default/db")).toBe(false);
    expect(passes(spec, "default/client", "default/db")).toBe(false);
  });

  test("in two entries select either", () => {
    const spec = { podSelector: {}, ingress: [{ from: [both, client] }] };
    expect(passes(spec, "other/client", "default/db")).toBe(true);
    expect(passes(spec, "other/plain", "default/db")).toBe(true);
    expect(passes(spec, "default/client", "default/db")).toBe(true);
    expect(passes(spec, "default/frontend", "default/db")).toBe(false);
  });
});

test.each<[string, RawPolicySpec, boolean, boolean]>([
  ["deny all ingress", { podSelector: {}, policyTypes: ["Ingress"] }, false, true],
  ["allow all ingress", { podSelector: {}, ingress: [{}], policyTypes: ["Ingress"] }, true, true],
  ["deny all egress", { podSelector: {}, policyTypes: ["Egress"] }, true, false],
  ["allow all egress", { podSelector: {}, egress: [{}], policyTypes: ["Egress"] }, true, true],
  ["deny all both ways", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }, false, false],
])("the page's default policies: %s", (_, spec, ingress, egress) => {
  expect(passes(spec, "other/client", "default/db")).toBe(ingress);
  expect(passes(spec, "default/db", "other/client")).toBe(egress);
});

test("endPort: the page's range 32000 to 32768", () => {
  const ports = [{ protocol: "TCP", port: 32_000, endPort: 32_768 }];
  const spec: RawPolicySpec = {
    podSelector: { matchLabels: { role: "db" } },
    policyTypes: ["Egress"],
    egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/24" } }], ports }],
  };
  const found = [31_999, 32_000, 32_500, 32_768, 32_769].map((port) =>
    passes(spec, "default/db", "10.0.0.1", port),
  );
  expect(found).toEqual([false, true, true, true, false]);
});

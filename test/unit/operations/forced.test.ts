import { describe, expect, test } from "vitest";
import { answeredByForce } from "../../../src/operations/apply/forced.ts";
import type { Wholes } from "../../../src/plan/apply/intended.ts";
import type { ApplyTarget } from "../../../src/plan/apply/target.ts";
import type { Finding } from "../../../src/preflight/finding.ts";

const map = { kind: "ConfigMap", namespace: "kube-system", name: "calico-config" };
const node = { kind: "DaemonSet", namespace: "kube-system", name: "calico-node" };
const targets = [{ ref: map }, { ref: node }] as unknown as readonly ApplyTarget[];
const env = `spec.template.spec.containers[name="calico-node"].env[name="IP"]`;
const fields: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: [".data.veth_mtu"],
  DaemonSet: [`.${env}.value`],
};
const applied = (({ ref }: ApplyTarget) => ({
  conflicts: (fields[ref.kind] ?? []).map((field) => ({ field })),
})) as unknown as Wholes;

const finding = (...evidence: readonly (readonly [string, string])[]): Finding =>
  ({
    id: "M06",
    outcome: "fail",
    evidence: evidence.map(([object, field]) => ({ object, field, value: "" })),
  }) as unknown as Finding;

const ofMap = "ConfigMap kube-system/calico-config";
const ofNode = "DaemonSet kube-system/calico-node";

describe("--force-conflicts answers a rule that speaks of nothing but fields that were shown in conflict", () => {
  test.each([
    ["the very field", finding([ofMap, "data.veth_mtu"])],
    ["a variable by its value", finding([ofNode, env])],
    ["both", finding([ofMap, "data.veth_mtu"], [ofNode, env])],
  ])("%s", (_what, found) => {
    expect(answeredByForce([found], targets, applied)).toEqual(["M06"]);
  });

  test.each([
    ["another field of the object", finding([ofMap, "data.veth_mtu2"])],
    ["the same field of another object", finding([ofNode, "data.veth_mtu"])],
    ["one more that nobody was shown", finding([ofMap, "data.veth_mtu"], [ofMap, "data.cni_network_config"])],
    [
      "a container around the variable",
      finding([ofNode, `spec.template.spec.containers[name="calico-node"]`]),
    ],
    ["no field at all", finding([ofMap, ""])],
    ["no evidence", finding()],
  ])("not %s", (_what, found) => {
    expect(answeredByForce([found], targets, applied)).toEqual([]);
  });
});

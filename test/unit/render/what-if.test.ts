import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { enforcementOf } from "../../../src/policy/enforcement.ts";
import type { BoundarySide } from "../../../src/policy/crossing.ts";
import { whatIf } from "../../../src/policy/what-if.ts";
import { hasDifferences, policyWhatIf } from "../../../src/render/what-if/build.ts";
import type { PolicyWhatIf } from "../../../src/render/what-if/kind.ts";
import { printableWhatIf } from "../../../src/render/what-if/print.ts";
import { clusterOf, defaultDeny, type RawCluster } from "../policy/raw-cluster.ts";

const schema = JSON.parse(
  readFileSync(new URL("../../../docs/schema/policy-what-if.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

const shop: RawCluster = {
  namespaces: [
    { name: "bank", annotation: defaultDeny },
    { name: "odd", annotation: "{broken" },
    { name: "shop", labels: { team: "shop" } },
    { name: "still" },
  ],
  pods: [
    { namespace: "bank", name: "vault-1", labels: { app: "vault" }, ip: "10.0.0.1" },
    { namespace: "odd", name: "odd-1", labels: { app: "odd" }, ip: "10.0.0.2" },
    { namespace: "shop", name: "web-1", labels: { app: "web", hash: "1" }, ip: "10.0.0.3" },
    { namespace: "shop", name: "web-2", labels: { app: "web", hash: "2" }, ip: "10.0.0.4" },
    { namespace: "shop", name: "db-1", labels: { app: "db" }, ip: "10.0.0.5" },
    { namespace: "still", name: "still-1", labels: {}, ip: "10.0.0.6" },
  ],
  policies: [
    {
      namespace: "shop",
      name: "web",
      spec: {
        podSelector: { matchLabels: { app: "web" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ port: 80 }] }],
      },
    },
    {
      namespace: "bank",
      name: "vault",
      spec: {
        podSelector: {},
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "shop" } } }] }],
        egress: [{ to: [{ ipBlock: { cidr: "192.168.0.0/16", except: ["192.168.1.0/24"] } }] }],
        policyTypes: ["Ingress", "Egress"],
      },
    },
  ],
};

function resultFor(
  target: string,
  {
    side = "before",
    keep = [],
    raw = shop,
  }: { readonly side?: BoundarySide; readonly keep?: readonly string[]; readonly raw?: RawCluster } = {},
): PolicyWhatIf {
  const result = whatIf({
    ...clusterOf(raw),
    driver: "etcd",
    semantics: { kind: "v1", ...enforcementOf(target, "etcd") },
    decisions: { keep: new Set(keep), treatAs: new Map() },
    side,
  });
  return policyWhatIf(result, {
    kubernetes: "v1.7.16",
    calico: "v2.2.1",
    driver: "etcd",
    target,
    side,
  });
}

describe("what --what-if prints", () => {
  test("a person sees who is cut off and who is exposed, what helps, and what is not known", async () => {
    const { table } = printableWhatIf(resultFor("v2.4.0"));
    await expect(table(false)).toMatchFileSnapshot("../../golden/what-if.table.txt");
    await expect(table(false, 80)).toMatchFileSnapshot("../../golden/what-if.80-columns.txt");
  });

  test("egress that begins to be enforced is told apart from what a kept policy does", async () => {
    const { table } = printableWhatIf(resultFor("v3.29.0", { keep: ["shop/web"] }));
    await expect(table(true)).toMatchFileSnapshot("../../golden/what-if-egress.wide.txt");
  });

  test.each(["v2.4.0", "v3.29.0"])("a program gets what the schema describes: --to %s", (target) => {
    const printed: unknown = JSON.parse(JSON.stringify(resultFor(target, { keep: ["shop/web"] })));
    validate(printed);
    expect(validate.errors).toBeNull();
  });

  test("past the boundary nothing changes and nothing is to be done", () => {
    const past = resultFor("v3.29.0", { side: "past" });
    expect(hasDifferences(past)).toBe(false);
    expect(past.notes.join()).toContain("already");
    expect(printableWhatIf(past).table(false)).not.toContain("delete");
  });

  test("of what no Calico of that time reads so, a reader is told", () => {
    const ingress = [{ from: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: "web" }] }];
    const raw = {
      ...shop,
      policies: [{ namespace: "bank", name: "odd", spec: { podSelector: {}, ingress } }],
    };
    const told = (side: BoundarySide): string => resultFor("v2.4.0", { raw, side }).notes.join("\n");
    expect(told("before")).toMatch(
      /before v3.0 knows ports by name, and its policy controller stops.*bank\/odd/,
    );
    expect(told("past")).not.toContain("by name");
    expect(resultFor("v2.4.0").notes.join()).not.toContain("by name");
  });

  test("a policy that is not understood is named, and what in it", () => {
    const podSelector = { matchExpressions: [{ key: "app", operator: "Gt", values: ["1"] }] };
    const raw = { ...shop, policies: [{ namespace: "bank", name: "odd", spec: { podSelector } }] };
    expect(resultFor("v2.4.0", { raw }).notes.join()).toContain(
      'not understood, so what it lets through is not known: bank/odd (the operator "Gt")',
    );
    expect(resultFor("v2.4.0").notes.join()).not.toContain("not understood");
  });
});

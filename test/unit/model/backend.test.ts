import { expect, test } from "vitest";
import { backend, bgpInUse } from "../../../src/model/backend.ts";
import { configMapFacts } from "../../../src/model/configmap.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { aConfigMap, aTemplate } from "../build/a-cluster.ts";

const fromConfig = { valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } } };

function bgp(env: readonly Readonly<Record<string, unknown>>[], config?: Readonly<Record<string, string>>) {
  const maps = config === undefined ? [] : [configMapFacts(aConfigMap(config))];
  return bgpInUse(templateFacts(aTemplate({ env })), maps);
}

test.each([
  ["bird", true],
  ["gobgp", true],
  ["vxlan", false],
  ["none", false],
  ["something-new", "unknown"],
])("calico_backend %s: BGP in use is %s", (value, answer) => {
  expect(bgp([{ name: "CALICO_NETWORKING_BACKEND", value }])).toBe(answer);
  expect(bgp([{ name: "CALICO_NETWORKING_BACKEND", ...fromConfig }], { calico_backend: value })).toBe(answer);
});

test("a ConfigMap that could not be read leaves it unknown: a guard must not pass on a guess", () => {
  expect(bgp([{ name: "CALICO_NETWORKING_BACKEND", ...fromConfig }])).toBe("unknown");
});

test("before v2.0 CALICO_NETWORKING decides, and nothing set means BIRD", () => {
  const enable = { valueFrom: { configMapKeyRef: { name: "calico-config", key: "enable_bgp" } } };
  expect(bgp([{ name: "CALICO_NETWORKING", ...enable }], { enable_bgp: "true" })).toBe(true);
  expect(bgp([{ name: "CALICO_NETWORKING", ...enable }], { enable_bgp: "false" })).toBe(false);
  expect(bgp([])).toBe(true);
  expect(backend(templateFacts({}), [])).toBe("unknown");
});

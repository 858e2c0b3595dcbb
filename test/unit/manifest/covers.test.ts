import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers, grantsOf, uncovered } from "../../../src/manifest/covers.ts";
import type { PolicyRule } from "../../../src/model/rbac.ts";
import { unionOfRules } from "../../../src/merge/rbac-union.ts";

function rule(verbs: string, groups: string, resources: string, names = ""): PolicyRule {
  const list = (text: string) => text.split(",");
  return {
    verbs: list(verbs),
    apiGroups: list(groups),
    resources: list(resources),
    ...(names === "" ? {} : { resourceNames: list(names) }),
  };
}
const url = (verbs: string, urls: string): PolicyRule => ({
  verbs: verbs.split(","),
  nonResourceURLs: urls.split(","),
});

// The rows follow the tests of Covers in k8s.io/component-helpers/auth/rbac/validation.
describe("H05: a right is there exactly when the API server's own comparison finds it", () => {
  test.each<[string, PolicyRule[], PolicyRule[], boolean]>([
    ["the same", [rule("get", "", "pods")], [rule("get", "", "pods")], true],
    ["another verb", [rule("get", "", "pods")], [rule("list", "", "pods")], false],
    ["another group", [rule("get", "", "pods")], [rule("get", "apps", "pods")], false],
    ["another resource", [rule("get", "", "pods")], [rule("get", "", "nodes")], false],
    [
      "from several rules together",
      [rule("get", "", "pods"), rule("list", "", "pods"), rule("get,list", "", "nodes")],
      [rule("get,list", "", "pods,nodes")],
      true,
    ],
    [
      "a corner missing",
      [rule("get,list", "", "pods"), rule("get", "", "nodes")],
      [rule("get,list", "", "pods,nodes")],
      false,
    ],
    ["every verb", [rule("*", "", "pods")], [rule("get,escalate", "", "pods")], true],
    [
      "every verb is more than all of them",
      [rule("get,list,watch,create,update,patch,delete", "", "pods")],
      [rule("*", "", "pods")],
      false,
    ],
    ["every group", [rule("get", "*", "pods")], [rule("get", "a,b", "pods")], true],
    ["every resource, its subresources too", [rule("get", "", "*")], [rule("get", "", "pods/log")], true],
    ["a resource is not its subresource", [rule("get", "", "pods")], [rule("get", "", "pods/log")], false],
    ["a subresource is not its resource", [rule("get", "", "pods/log")], [rule("get", "", "pods")], false],
    [
      "that subresource of anything",
      [rule("get", "", "*/scale")],
      [rule("get", "", "deployments/scale,foo/scale")],
      true,
    ],
    [
      "that subresource of anything, but another one",
      [rule("get", "", "*/scale")],
      [rule("get", "", "pods/log")],
      false,
    ],
    [
      "that subresource of anything is no resource",
      [rule("get", "", "*/scale")],
      [rule("get", "", "scale")],
      false,
    ],
    [
      "all subresources of one are no pattern",
      [rule("get", "", "pods/*")],
      [rule("get", "", "pods/log")],
      false,
    ],
    [
      "all subresources, asked for literally",
      [rule("get", "", "*/scale")],
      [rule("get", "", "*/scale")],
      true,
    ],
    ["every resource is more than one", [rule("get", "", "pods")], [rule("get", "", "*")], false],
    ["all names cover one", [rule("get", "", "pods")], [rule("get", "", "pods", "a")], true],
    ["one name does not cover all", [rule("get", "", "pods", "a")], [rule("get", "", "pods")], false],
    [
      "names from several rules",
      [rule("get", "", "pods", "a"), rule("get", "", "pods", "b")],
      [rule("get", "", "pods", "a,b")],
      true,
    ],
    ["another name", [rule("get", "", "pods", "a")], [rule("get", "", "pods", "b")], false],
    ["a name of a star is no pattern", [rule("get", "", "pods", "*")], [rule("get", "", "pods", "b")], false],
    ["a URL", [url("get", "/metrics")], [url("get", "/metrics")], true],
    ["a URL below a pattern", [url("get", "/apis/*")], [url("get", "/apis/foo,/apis/foo/*")], true],
    ["the root of a pattern is not below it", [url("get", "/apis/*")], [url("get", "/apis")], false],
    ["every URL", [url("*", "*")], [url("get", "/metrics")], true],
    ["a pattern is more than one URL", [url("get", "/apis/foo")], [url("get", "/apis/*")], false],
    ["URLs are not resources", [url("*", "*")], [rule("get", "", "pods")], false],
    ["resources are not URLs", [rule("*", "*", "*")], [url("get", "/metrics")], false],
    ["nothing is always covered", [], [], true],
    [
      "no resources, no right",
      [],
      [rule("get", "", "pods")].map((each) => ({ ...each, resources: [] })),
      true,
    ],
    [
      "null lists, as Go writes them",
      [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: null }],
      [rule("get", "", "pods", "a")],
      true,
    ],
  ])("%s", (_what, owned, wanted, expected) => {
    expect(covers(owned, wanted)).toBe(expected);
  });

  test("what is not covered is told one by one", () => {
    expect(uncovered([rule("get", "", "pods,nodes")], [rule("get,list", "", "pods")])).toEqual([
      { verb: "list", group: "", resource: "pods" },
    ]);
  });
});

const some = (values: readonly string[], minLength = 1) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength, maxLength: 3 });
const anyRule: fc.Arbitrary<PolicyRule> = fc.oneof(
  fc.record({
    verbs: some(["get", "list", "watch", "*"]),
    apiGroups: some(["", "apps", "crd.projectcalico.org", "*"]),
    resources: some(["pods", "pods/log", "*/log", "nodes", "*"]),
    resourceNames: some(["a", "b"], 0),
  }),
  fc.record({ verbs: some(["get", "*"]), nonResourceURLs: some(["/a", "/a/*", "/a/b", "*"]) }),
);
const anyRules = fc.array(anyRule, { maxLength: 5 });

describe("H01: the union takes no right away and adds none that neither side has", () => {
  test("it covers both sides", () => {
    fc.assert(
      fc.property(anyRules, anyRules, (live, file) => {
        const union = unionOfRules(live, file);
        expect(covers(union, live)).toBe(true);
        expect(covers(union, file)).toBe(true);
      }),
    );
  });

  test("each of its grants is of one side", () => {
    fc.assert(
      fc.property(anyRules, anyRules, (live, file) => {
        const own = new Set([...live, ...file].flatMap(grantsOf).map((grant) => JSON.stringify(grant)));
        for (const grant of unionOfRules(live, file).flatMap(grantsOf)) {
          expect(own).toContain(JSON.stringify(grant));
        }
      }),
    );
  });

  test("the live rules stand first and unchanged, and doing it again changes nothing", () => {
    fc.assert(
      fc.property(anyRules, anyRules, (live, file) => {
        const union = unionOfRules(live, file);
        expect(union.slice(0, live.length)).toEqual(live);
        expect(unionOfRules(union, file)).toEqual(union);
      }),
    );
  });
});

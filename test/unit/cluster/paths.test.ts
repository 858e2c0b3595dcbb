import { assert, constantFrom, oneof, property, string } from "fast-check";
import { expect, test } from "vitest";
import { isUserError } from "../../../src/errors.ts";
import { collectionPath, groupPath, objectPath, pathOf } from "../../../src/cluster/paths.ts";

const nasty = oneof(
  string({ unit: "binary" }),
  constantFrom("..", ".", "", "%2e%2e", "a/b", "a\\b", "?x=y", "#x", "v1/../../api/v1", "\n", "\t", "\ud800"),
);

/** What a URL makes of a path, segment by segment, as a server reads it. */
function asSent(path: string): readonly string[] {
  const url = new URL("https://server.example");
  url.pathname = path;
  expect(url.search + url.hash).toBe("");
  return url.pathname.slice(1).split("/").map(decodeURIComponent);
}

test("whatever an object, a group or a version is called, a request reaches no other path than theirs", () => {
  assert(
    property(nasty, nasty, nasty, nasty, nasty, (group, version, resource, namespace, name) => {
      const place = { group, version, resource };
      let path: string;
      try {
        path = objectPath({ ...place, namespace, name });
      } catch (error) {
        // Nothing is sent at all.
        expect(isUserError(error)).toBe(true);
        return;
      }
      expect(asSent(path)).toEqual([
        ...(group === "" ? ["api"] : ["apis", group]),
        version,
        ...(namespace === "" ? [] : ["namespaces", namespace]),
        resource,
        name,
      ]);
    }),
    { numRuns: 2000 },
  );
});

test.each(["..", ".", ""])("a part that is %j is refused: a URL would take it for another path", (part) => {
  expect(() =>
    objectPath({ group: "", version: "v1", resource: "pods", namespace: "a", name: part }),
  ).toThrow("cannot be a part of an API path");
  expect(() => pathOf("api", part)).toThrow("cannot be a part of an API path");
});

test("the paths of ordinary objects are those of the API", () => {
  const roles = { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles" };
  expect(objectPath({ ...roles, name: "system:node" })).toBe(
    "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode",
  );
  const pods = { group: "", version: "v1", resource: "pods" };
  expect(collectionPath(pods)).toBe("/api/v1/pods");
  expect(objectPath({ ...pods, namespace: "kube-system", name: "a.b" }, "log")).toBe(
    "/api/v1/namespaces/kube-system/pods/a.b/log",
  );
  expect(groupPath({ group: "", version: "v1" })).toBe("/api/v1");
});

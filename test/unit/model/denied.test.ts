import { expect, test } from "vitest";
import { deniedRights } from "../../../src/model/denied.ts";

test("the right is read from the server's words, of old servers and new ones", () => {
  expect(
    deniedRights(
      'pods is forbidden: User "system:serviceaccount:a:b" cannot list resource "pods" in API group "" in the namespace "kube-system"; ' +
        'daemonsets.apps is forbidden: User "x" cannot list resource "daemonsets" in API group "apps" at the cluster scope',
    ),
  ).toEqual([
    { verb: "list", group: "", resource: "pods", namespace: "kube-system" },
    { verb: "list", group: "apps", resource: "daemonsets" },
  ]);
  expect(deniedRights('nodes is forbidden: User "jane" cannot list resource "nodes"')).toEqual([
    { verb: "list", group: "", resource: "nodes" },
  ]);
});

test("the same right is one, and other words name none", () => {
  const text = 'User "x" cannot get resource "configmaps" in API group "" in the namespace "a"';
  expect(deniedRights(`${text}; ${text}`)).toHaveLength(1);
  expect(deniedRights('nodes "x" not found; connection refused')).toEqual([]);
});

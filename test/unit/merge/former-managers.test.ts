import { describe, expect, test } from "vitest";
import {
  formerOwner,
  hasManagers,
  mayBeUndone,
  restoreManagers,
} from "../../../src/merge/former-managers.ts";
import type { KubeObject, ManagedFieldsEntry, Ref } from "../../../src/model/kube.ts";

const ref: Ref = {
  group: "",
  version: "v1",
  resource: "configmaps",
  kind: "ConfigMap",
  namespace: "n",
  name: "c",
};
const entry = (manager: string, operation: "Apply" | "Update", more: object = {}): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "v1",
  time: "2026-05-01T12:00:00Z",
  fieldsV1: { "f:data": { "f:a": {} } },
  ...more,
});
const owned = (...managedFields: readonly ManagedFieldsEntry[]): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "n", resourceVersion: "7", managedFields },
  data: { a: "b" },
});
const kubectl = entry("kubectl", "Apply");
const client = entry("kubectl-client-side-apply", "Update");
const status = entry("kube-controller-manager", "Update", { subresource: "status" });
const lease = entry("calico-upgrade", "Update", {
  fieldsV1: { "f:metadata": { "f:annotations": { "f:calico-upgrade/run": {} } } },
});

describe("H14: an object that is as it was has the managers that it had", () => {
  test("the record as it was, by compare-and-swap; what controllers note of its status stays", () => {
    expect(restoreManagers(owned(client, status), [kubectl, lease], ref)).toMatchObject({
      verb: "patch",
      patch: "json",
      body: [
        { op: "replace", path: "/metadata/managedFields", value: [kubectl, status] },
        { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      ],
    });
  });

  test("nothing is written where it has them, whenever they wrote, in whatever order, and whoever holds a lease on it", () => {
    const later = { ...kubectl, time: "2026-06-01T12:00:00Z" };
    expect(restoreManagers(owned(lease, status, client, later), [kubectl, client], ref)).toBeUndefined();
    const whole = entry("calico-upgrade", "Update");
    expect(hasManagers(owned(kubectl, whole), [kubectl])).toBe(false);
  });

  test("a server that keeps no record, or a bundle that has none, is left alone", () => {
    const { managedFields: _none, ...metadata } = owned().metadata;
    expect(restoreManagers({ ...owned(), metadata }, [kubectl], ref)).toBeUndefined();
    expect(restoreManagers(owned(client), undefined, ref)).toBeUndefined();
  });

  test("an object goes back in the name of who applied it server-side, and of nobody else", () => {
    expect(formerOwner(owned(), [kubectl])).toEqual({ manager: "kubectl", fields: kubectl.fieldsV1 });
    expect(formerOwner(owned(), [client])).toBeUndefined();
    expect(formerOwner(owned(), undefined)).toBeUndefined();
  });

  test("somebody who applied it again by other means stays its owner; an interrupted undo is finished", () => {
    expect(mayBeUndone(owned(client, status), [kubectl])).toBe(true);
    expect(mayBeUndone(owned(entry("argocd", "Apply")), [kubectl])).toBe(false);
    expect(mayBeUndone(owned(kubectl), [client])).toBe(false);
  });
});

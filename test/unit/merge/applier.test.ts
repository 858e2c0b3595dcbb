import { describe, expect, test } from "vitest";
import { applierOf } from "../../../src/merge/applier.ts";
import { clientSideApplyManager, manager as own } from "../../../src/model/names.ts";
import { applied, file, lastAppliedOf, stored, updated } from "./owned.ts";

const early = "2026-01-01T00:00:00Z";
const late = "2026-01-02T00:00:00Z";
const annotations = lastAppliedOf(file("i"));

describe("H14: in whose name the DaemonSet is written", () => {
  test("client-side apply, with and without managedFields (Kubernetes 1.15 has none)", () => {
    const client = { kind: "client", manager: clientSideApplyManager };
    expect(applierOf(stored(file("i"), { annotations }))).toEqual(client);
    const managedFields = [updated(clientSideApplyManager, early)];
    expect(applierOf(stored(file("i"), { annotations, managedFields }))).toEqual(client);
  });

  test("server-side apply under any name", () => {
    const managedFields = [applied("argocd-controller", early), updated("kube-controller-manager", late, {})];
    expect(applierOf(stored(file("i"), { managedFields }))).toMatchObject({
      kind: "server",
      manager: "argocd-controller",
    });
  });

  test("from client-side to server-side: kubectl keeps the annotation, and the server-side owner counts", () => {
    const managedFields = [
      applied("kubectl-last-applied", early, { "f:metadata": { "f:annotations": {} } }),
      applied("kubectl", early),
    ];
    expect(applierOf(stored(file("i"), { annotations, managedFields }))).toMatchObject({
      kind: "server",
      manager: "kubectl",
    });
  });

  test("back from server-side to client-side: the server-side entry that stays behind does not count", () => {
    const managedFields = [applied("kubectl", early), updated(clientSideApplyManager, late)];
    expect(applierOf(stored(file("i"), { annotations, managedFields }))).toMatchObject({ kind: "client" });
    const forward = [applied("kubectl", late), updated(clientSideApplyManager, early)];
    expect(applierOf(stored(file("i"), { annotations, managedFields: forward }))).toMatchObject({
      kind: "server",
    });
  });

  test("somebody who applied one variable on top is not the owner", () => {
    const one = {
      "f:spec": {
        "f:template": { "f:spec": { "f:containers": { 'k:{"name":"calico-node"}': { "f:env": {} } } } },
      },
    };
    const managedFields = [applied("a-webhook", late, one), applied("helm", early)];
    expect(applierOf(stored(file("i"), { managedFields }))).toMatchObject({
      kind: "server",
      manager: "helm",
    });
  });

  test("somebody who applied one variable of what kubectl applied client-side is not the owner either", () => {
    const one = {
      "f:spec": {
        "f:template": { "f:spec": { "f:containers": { 'k:{"name":"calico-node"}': { "f:env": {} } } } },
      },
    };
    const managedFields = [applied("argocd-controller", late, one), updated(clientSideApplyManager, early)];
    expect(applierOf(stored(file("i"), { annotations, managedFields }))).toMatchObject({ kind: "client" });
  });

  test("our own entries never count", () => {
    const managedFields = [applied(own, late), updated("kubectl-create", early)];
    expect(applierOf(stored(file("i"), { managedFields }))).toEqual({
      kind: "nobody",
      manager: "kubectl-create",
    });
  });

  test("one variable set in the second that the object was made in does not make its setter the owner", () => {
    const one = {
      "f:spec": {
        "f:template": {
          "f:spec": {
            "f:containers": {
              'k:{"name":"calico-node"}': { "f:env": { 'k:{"name":"A"}': { "f:value": {} } } },
            },
          },
        },
      },
    };
    // As the server sorts them: by time, then by name.
    const managedFields = [updated("kubectl-set", early, one), updated("terraform", early)];
    expect(applierOf(stored(file("i"), { managedFields }))).toEqual({ kind: "nobody", manager: "terraform" });
  });

  test("nobody applied it: the one who made the template", () => {
    const status = { ...updated("kube-controller-manager", late), subresource: "status" };
    const managedFields = [status, updated("kubectl-create", early)];
    expect(applierOf(stored(file("i"), { managedFields }))).toEqual({
      kind: "nobody",
      manager: "kubectl-create",
    });
    expect(applierOf(stored(file("i")))).toEqual({ kind: "nobody", manager: clientSideApplyManager });
  });
});

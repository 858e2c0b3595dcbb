import { describe, expect, test } from "vitest";
import { reconcile } from "../../../src/merge/reconcile.ts";
import { extractOwned } from "../../../src/merge/extract.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import { restoreStrategy } from "../../../src/merge/restore-strategy.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { clientSideApplyManager, lastAppliedAnnotation, pinnedAnnotation } from "../../../src/model/names.ts";
import { applied, fieldsOf, file, lastAppliedOf, ref, rolling, stored, updated } from "./owned.ts";

const early = "2026-01-01T00:00:00Z";
const pin = { [pinnedAnnotation]: JSON.stringify(rolling) };
const held = { type: "OnDelete" };

function body(object: KubeObject, next: KubeObject, pinned: boolean): Record<string, unknown> {
  const [write] = reconcile(object, next, ref, pinned).writes;
  if (write?.verb !== "patch") throw new Error("no patch");
  return write.body as Record<string, unknown>;
}

describe("a client-side owner", () => {
  const live = stored(file("v1"), { annotations: withLastApplied(file("v1")).metadata.annotations ?? {} });

  test("H14: the write is kubectl's own, compare-and-swap, and brings last-applied up to date", () => {
    const { writes, template } = reconcile(live, file("v2"), ref, false);
    expect(template).toBe(true);
    expect(writes).toMatchObject([
      {
        verb: "patch",
        patch: "strategic",
        fieldManager: clientSideApplyManager,
        body: {
          metadata: {
            resourceVersion: "100",
            annotations: {
              [lastAppliedAnnotation]: withLastApplied(file("v2")).metadata.annotations?.[
                lastAppliedAnnotation
              ],
            },
          },
        },
      },
    ]);
    expect(writes[0]).not.toHaveProperty("force");
  });

  test("the same file again has nothing to do", () => {
    expect(reconcile(live, file("v1"), ref, false)).toEqual({ writes: [], template: false });
  });

  test("a change of labels alone makes no new revision", () => {
    const labelled = {
      ...file("v1"),
      metadata: { ...file("v1").metadata, labels: { "k8s-app": "calico-node", mine: "yes" } },
    };
    const { writes, template } = reconcile(live, labelled, ref, false);
    expect(writes).toHaveLength(1);
    expect(template).toBe(false);
  });

  test("H12: pinned, the template is written and the strategy is not; last-applied is the file as it is", () => {
    const pinnedLive = stored(file("v1"), {
      annotations: { ...live.metadata.annotations, ...pin },
      strategy: held,
    });
    const patch = body(pinnedLive, file("v2"), true);
    expect(patch).not.toHaveProperty("spec.updateStrategy");
    const annotations = (patch["metadata"] as { annotations: Record<string, string> }).annotations;
    expect(JSON.parse(annotations[lastAppliedAnnotation] ?? "")).toHaveProperty(
      "spec.updateStrategy",
      rolling,
    );
    expect(annotations).not.toHaveProperty(pinnedAnnotation);
  });

  test("H12: a live DaemonSet that we hold is never let go by a template", () => {
    const pinnedLive = stored(file("v1"), {
      annotations: { ...live.metadata.annotations, ...pin },
      strategy: held,
    });
    expect(body(pinnedLive, file("v2"), false)).not.toHaveProperty("spec.updateStrategy");
    const after = stored(file("v2"), {
      annotations: { ...withLastApplied(file("v2")).metadata.annotations, ...pin },
      strategy: held,
    });
    expect(reconcile(after, file("v2"), ref, false).writes).toEqual([]);
  });

  test("a file of another API version of the same object changes what it changes, not everything", () => {
    const beta = { ...file("v1"), apiVersion: "extensions/v1beta1" };
    const patch = body(live, beta, false);
    expect(Object.keys(patch)).toEqual(["metadata"]);
  });

  test("nobody applied it: what only the server has stays, last-applied is added", () => {
    const mine = stored(file("v1", { env: [{ name: "MINE", value: "yes" }] }), {
      managedFields: [updated("kubectl-create", early)],
    });
    const patch = body(mine, file("v2"), false);
    expect(JSON.stringify(patch["spec"])).not.toContain("MINE");
    expect(patch).toHaveProperty(["metadata", "annotations", lastAppliedAnnotation]);
  });
});

describe("a server-side owner", () => {
  const managedFields = [applied("kubectl", early)];
  const live = stored(file("v1"), { managedFields });

  test("H14: the whole file in its name, unforced, compare-and-swap", () => {
    const { writes, template } = reconcile(live, file("v2"), ref, false);
    expect(template).toBe(true);
    expect(writes).toMatchObject([
      {
        patch: "apply",
        fieldManager: "kubectl",
        body: { ...file("v2"), metadata: { resourceVersion: "100" } },
      },
    ]);
    expect(writes[0]).not.toHaveProperty("force");
  });

  test("the same file again has nothing to do, though the server completed its field references", () => {
    expect(reconcile(live, file("v1"), ref, false)).toEqual({ writes: [], template: false });
  });

  test("a variable that the owner had and the file no longer has is a change of the template", () => {
    const more = stored(file("v1", { env: [{ name: "OLD", value: "1" }] }), {
      managedFields: [applied("kubectl", early, fieldsOf(["OLD"]))],
    });
    expect(reconcile(more, file("v1"), ref, false).template).toBe(true);
    // One that somebody else wrote is theirs.
    const theirs = stored(file("v1", { env: [{ name: "OLD", value: "1" }] }), { managedFields });
    expect(reconcile(theirs, file("v1"), ref, false).writes).toEqual([]);
  });

  test("H12: pinned, and on the next command while still pinned, it applies OnDelete: our pin is no conflict", () => {
    const pinnedLive = stored(file("v1"), { managedFields, annotations: pin, strategy: held });
    for (const pinned of [true, false]) {
      expect(body(pinnedLive, file("v2"), pinned)).toHaveProperty("spec.updateStrategy", held);
    }
  });
});

describe("H12: the strategy goes back in the owner's name", () => {
  test("client-side: together with our annotation, and a strategy without parameters keeps none", () => {
    const live = stored(file("v1"), {
      annotations: { ...lastAppliedOf(file("v1")), ...pin },
      strategy: held,
    });
    expect(restoreStrategy(live, { type: "RollingUpdate" }, ref)).toEqual([
      {
        verb: "patch",
        ref,
        patch: "merge",
        fieldManager: clientSideApplyManager,
        body: {
          metadata: { resourceVersion: "100", annotations: { [pinnedAnnotation]: null } },
          spec: { updateStrategy: { type: "RollingUpdate", rollingUpdate: null } },
        },
      },
    ]);
  });

  test("server-side: what the owner holds and the strategy, nothing of anybody else's", () => {
    const live = stored(file("v1", { env: [{ name: "MINE", value: "yes" }] }), {
      managedFields: [applied("argocd", early, fieldsOf([], false))],
      annotations: pin,
      strategy: held,
    });
    const [write] = restoreStrategy(live, rolling, ref);
    expect(write).toMatchObject({ patch: "apply", force: true, fieldManager: "argocd" });
    const text = JSON.stringify(write);
    expect(text).not.toContain("MINE");
    expect(text).not.toContain(pinnedAnnotation);
    expect(text).not.toContain("imagePullPolicy");
    expect(write).toHaveProperty("body.spec.updateStrategy", rolling);
    expect(write).toHaveProperty("body.metadata.resourceVersion", "100");
  });

  test("server-side by kubectl with last-applied: the file's own words, as long as they are what is there", () => {
    const options = { managedFields: [applied("kubectl", early, fieldsOf([], false))], strategy: held };
    const same = stored(file("v1"), { ...options, annotations: { ...lastAppliedOf(file("v1")), ...pin } });
    expect(JSON.stringify(restoreStrategy(same, rolling, ref))).not.toContain('"apiVersion":"v1"');
    const other = stored(file("v1"), { ...options, annotations: { ...lastAppliedOf(file("v0")), ...pin } });
    expect(JSON.stringify(restoreStrategy(other, rolling, ref))).toContain('"image":"v1"');
  });
});

test("what a manager owns of sets and lists is taken out of them, not the rest", () => {
  const live = {
    ...stored(file("v1")),
    metadata: { ...stored(file("v1")).metadata, finalizers: ["a/b", "c/d"] },
  };
  const owned = extractOwned(live, { "f:metadata": { "f:finalizers": { 'v:"c/d"': {} } } });
  expect(owned.metadata).toEqual({ name: "calico-node", namespace: "kube-system", finalizers: ["c/d"] });
  expect(owned["spec"]).toBeUndefined();
});

import type { KubeObject, Ref } from "../model/kube.ts";
import { clientSideApplyManager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applierOf } from "./applier.ts";
import { compare, isHeld, withoutStrategy, withStrategy } from "./compare.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied, withLastApplied } from "./last-applied.ts";

/** What reconciles a live workload with a file's, in the name of the one who applied it before. */
export interface Reconciliation {
  /** Empty when it is up to date. */
  readonly writes: readonly Write[];
  /** Whether they change the pod template, and so make a new revision. */
  readonly template: boolean;
}

/**
 * As the one who applied before, so that what the file no longer has goes away and the user's own next
 * apply of the same file has nothing to do (hazard H14). `pinned`: the update strategy is held at OnDelete;
 * everything else is reconciled, and last-applied holds the file as it is (hazard H12). A live object
 * that is held already stays held, whatever is asked: only `restoreStrategy` lets go.
 * `desired` has its namespace. `ref` is the place that the file's own apiVersion is served at.
 */
export function reconcile(live: KubeObject, desired: KubeObject, ref: Ref, pinned: boolean): Reconciliation {
  const applier = applierOf(live);
  const { resourceVersion } = live.metadata;
  const hold = pinned || isHeld(live);
  const held = hold ? withoutStrategy : <T>(object: T): T => object;
  if (applier.kind === "server") {
    const patch = compare(held(extractOwned(live, applier.fields)), held(desired), live);
    // Not left out while held: kubectl would own it no more, and its last-applied would lack it.
    const body = hold ? withStrategy(desired, { type: "OnDelete" }) : desired;
    return reconciliation(patch, {
      verb: "patch",
      ref,
      patch: "apply",
      fieldManager: applier.manager,
      body: { ...body, metadata: { ...body.metadata, resourceVersion } },
    });
  }
  const before = lastApplied(live);
  const patch = compare(
    before === undefined ? undefined : held(before),
    held(withLastApplied(desired)),
    live,
  );
  return reconciliation(patch, {
    verb: "patch",
    ref,
    patch: "strategic",
    fieldManager: clientSideApplyManager,
    body: { ...patch, metadata: { ...(patch["metadata"] as object | undefined), resourceVersion } },
  });
}

function reconciliation(patch: Readonly<Record<string, unknown>>, write: Write): Reconciliation {
  const { spec } = patch;
  return {
    writes: Object.keys(patch).length === 0 ? [] : [write],
    template: typeof spec === "object" && spec !== null && "template" in spec,
  };
}

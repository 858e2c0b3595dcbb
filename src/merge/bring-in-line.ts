import type { KubeObject, Ref } from "../model/kube.ts";
import type { Write } from "../model/write.ts";
import { applierOf } from "./applier.ts";
import { extractOwned } from "./extract.ts";
import { lastApplied, withLastApplied } from "./last-applied.ts";
import { threeWayPatch } from "./three-way.ts";

/** What brings a live workload in line with a file's, in the name of the one who applied it before. */
export interface InLine {
  /** Empty when it is in line. */
  readonly writes: readonly Write[];
  /** Whether they change the pod template, and so make a new revision. */
  readonly template: boolean;
}

/**
 * As the one who applied before, so that what the file no longer has goes away and the user's own next
 * apply of the same file has nothing to do (hazard H14). `pinned`: the update strategy is held at OnDelete;
 * everything else is brought in line, and last-applied holds the file as it is (hazard H12).
 * `desired` has its namespace. `ref` is the place that the file's own apiVersion is served at.
 */
export function bringInLine(live: KubeObject, desired: KubeObject, ref: Ref, pinned: boolean): InLine {
  const applier = applierOf(live);
  const { resourceVersion } = live.metadata;
  const held = pinned ? withoutStrategy : <T>(object: T): T => object;
  if (applier.kind === "server") {
    const before = extractOwned(live, applier.fields);
    const patch = compare(held(before), held(desired), live);
    const body = pinned ? withStrategy(desired, { type: "OnDelete" }) : desired;
    return {
      template: changesTemplate(patch),
      writes:
        Object.keys(patch).length === 0
          ? []
          : [
              {
                verb: "patch",
                ref,
                patch: "apply",
                fieldManager: applier.manager,
                body: { ...body, metadata: { ...body.metadata, resourceVersion } },
              },
            ],
    };
  }
  const modified = withLastApplied(desired);
  const before = lastApplied(live);
  const patch = compare(before === undefined ? undefined : held(before), held(modified), live);
  return {
    template: changesTemplate(patch),
    writes:
      Object.keys(patch).length === 0
        ? []
        : [
            {
              verb: "patch",
              ref,
              patch: "strategic",
              fieldManager: "kubectl-client-side-apply",
              body: { ...patch, metadata: { ...(patch["metadata"] as object | undefined), resourceVersion } },
            },
          ],
  };
}

function compare(before: KubeObject | undefined, desired: KubeObject, live: KubeObject) {
  return threeWayPatch(
    before === undefined ? undefined : comparable(before),
    comparable(desired),
    comparable(live),
    live.kind,
  );
}

/** Without what the server alone writes, and without the API version: one object has many. */
function comparable(object: KubeObject): Readonly<Record<string, unknown>> {
  const { apiVersion: _version, kind: _kind, status: _status, metadata, ...rest } = object;
  const {
    resourceVersion: _rv,
    uid: _uid,
    generation: _generation,
    creationTimestamp: _created,
    managedFields: _managed,
    ...kept
  } = metadata;
  return { ...rest, metadata: { ...kept } };
}

function withoutStrategy(object: KubeObject): KubeObject {
  const { updateStrategy: _held, ...spec } = (object["spec"] ?? {}) as Record<string, unknown>;
  return { ...object, spec };
}

function withStrategy(object: KubeObject, strategy: unknown): KubeObject {
  return { ...object, spec: { ...(object["spec"] as object | undefined), updateStrategy: strategy } };
}

function changesTemplate(patch: Readonly<Record<string, unknown>>): boolean {
  const spec = patch["spec"];
  return typeof spec === "object" && spec !== null && "template" in spec;
}

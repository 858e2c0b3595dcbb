import type { Draft } from "../../model/draft.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { createdByAnnotation, keepAnnotation, manager, treatAsAnnotation } from "../../model/names.ts";
import type { ApiResource } from "../../model/api-resource.ts";
import type { Write } from "../../model/write.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import type { Basis } from "../procedure.ts";

/** A step with the write that does it, and what has to be saved before. */
export interface StepWrite {
  readonly step: MigrationStep;
  /** Absent: an earlier try, which nobody answered, has gone through. */
  readonly write?: Write;
  readonly draft?: Draft;
  /** The namespace whose isolation decided it. */
  readonly basis?: Basis;
}

/**
 * The writes of steps, by the objects as they were read: all of them compare and swap. What is created
 * carries the name of the run.
 */
export function stepWrites(
  steps: readonly MigrationStep[],
  place: ApiResource,
  raw: ReadonlyMap<string, KubeObject>,
  run: string | undefined,
): readonly Made[] {
  return steps.map((step) => ({ ...stepWrite(step, place, raw, run), ...basisOf(step, raw) }));
}

/** Of what closes a namespace, and of what is deleted because it is open. */
function basisOf(
  { kind, namespace }: MigrationStep,
  raw: ReadonlyMap<string, KubeObject>,
): Pick<StepWrite, "basis"> {
  const { resourceVersion } = raw.get(keyOf({ name: namespace }))?.metadata ?? {};
  if (resourceVersion === undefined || (kind !== "create" && kind !== "delete")) return {};
  return { basis: { ref: refOf({ name: namespace }), resourceVersion } };
}

type Made = StepWrite & { readonly write: Write; readonly draft: Draft };

function stepWrite(
  step: MigrationStep,
  place: ApiResource,
  raw: ReadonlyMap<string, KubeObject>,
  run: string | undefined,
): Made {
  switch (step.kind) {
    case "treat-as":
      return patch(step, refOf({ name: step.namespace }), found(raw, { name: step.namespace }), {
        [treatAsAnnotation]: step.as,
      });
    case "keep":
      return patch(step, refOf(step, place), found(raw, step), { [keepAnnotation]: "true" });
    case "clean": {
      const { namespace, name } = step;
      const values = Object.fromEntries(step.annotations.map((key) => [key, null]));
      return name === undefined
        ? patch(step, refOf({ name: namespace }), found(raw, { name: namespace }), values)
        : patch(step, refOf({ namespace, name }, place), found(raw, { namespace, name }), values);
    }
    case "create": {
      const ref = refOf(step, place);
      const body = defaultDeny(step, place, run);
      return {
        step,
        write: { verb: "create", ref, body, fieldManager: manager },
        draft: { action: "created", ref, after: body },
      };
    }
    case "delete": {
      const ref = refOf(step, place);
      const before = found(raw, step);
      const { uid = "", resourceVersion = "" } = before.metadata;
      return {
        step,
        write: { verb: "delete", ref, uid, resourceVersion },
        draft: { action: "deleted", ref, before },
      };
    }
  }
}

/**
 * Selects every pod and allows nothing. Without policyTypes, which servers before 1.8 do not know: then
 * every one takes Ingress. podSelector must be there (calico-facts 2.5, cases 4 and 10).
 */
function defaultDeny(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  place: ApiResource,
  run: string | undefined,
): KubeObject {
  const annotations = run === undefined ? {} : { annotations: { [createdByAnnotation]: run } };
  return {
    apiVersion: `${place.group}/${place.version}`,
    kind: place.kind,
    metadata: { name, namespace, ...annotations },
    spec: { podSelector: {} },
  };
}

function patch(
  step: MigrationStep,
  ref: Ref,
  before: KubeObject,
  values: Readonly<Record<string, string | null>>,
): Made {
  const { annotations = {}, resourceVersion = "" } = before.metadata;
  const left = Object.entries({ ...annotations, ...values }).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  const after = { ...before, metadata: { ...before.metadata, annotations: Object.fromEntries(left) } };
  const body = { metadata: { resourceVersion, annotations: values } };
  return {
    step,
    write: { verb: "patch", ref, patch: "merge", body, fieldManager: manager },
    draft: { action: "changed", ref, before, after },
  };
}

function refOf(
  { namespace, name }: { readonly namespace?: string; readonly name: string },
  place?: ApiResource,
): Ref {
  if (place === undefined)
    return { group: "", version: "v1", resource: "namespaces", kind: "Namespace", name };
  const { group, version, resource, kind } = place;
  return { group, version, resource, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function found(
  raw: ReadonlyMap<string, KubeObject>,
  what: { readonly namespace?: string; readonly name: string },
): KubeObject {
  const object = raw.get(keyOf(what));
  if (object === undefined) throw new Error(`a step about ${keyOf(what)}, which was not read`);
  return object;
}

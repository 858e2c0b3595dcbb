import { differences } from "../../data/compare.ts";
import { isEstablished, unfit } from "../../data/definitions.ts";
import { newNameOf, type DataStep } from "../../data/plan.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import { manager, migratedAnnotation } from "../../model/names.ts";
import { objectKey, objectName } from "../../model/object-name.ts";
import type { Write } from "../../model/write.ts";
import type { Stop } from "../../plan/decision.ts";
import type { ObjectGoal } from "../../plan/objects/goal.ts";
import type { DataWork } from "./prepare.ts";
import { newPlace, type Definitions, type OldPlace } from "./read.ts";
import { sh } from "../../model/shell.ts";

/** Objects in the order in which they are written, and what is known of them from the comparison. */
export interface DataStages {
  readonly stages: readonly (readonly ObjectGoal[])[];
  readonly known: ReadonlyMap<string, KubeObject | undefined>;
}

/** `waits`: until definitions are served, which those of a dry run never are. */
export function stagesOf(work: DataWork, places: readonly OldPlace[], waits: boolean): DataStages {
  switch (work.kind) {
    case "bring":
      return bringStages(work.todo, work.definitions, waits);
    case "finish":
      return deleteStages(work.going, places);
    case "none":
      return { stages: [], known: new Map() };
  }
}

/** The definitions side by side, until they are established; then the objects, one after the other. */
export function bringStages(
  todo: readonly DataStep[],
  { place, missing, notReady }: Definitions,
  waits: boolean,
): DataStages {
  const definitions = [
    ...missing.map((object) => definitionGoal({ ...place, name: object.metadata.name }, object, waits)),
    ...(waits
      ? notReady.map((object) => definitionGoal({ ...place, name: object.metadata.name }, object, waits))
      : []),
  ];
  const objects = todo.flatMap((step) => objectGoal(step) ?? []);
  return {
    stages: [definitions, ...objects.map((each) => [each])].filter((stage) => stage.length > 0),
    known: new Map([
      ...missing.map(({ metadata: { name } }) => [objectKey({ ...place, name }), undefined] as const),
      ...notReady.map((object) => [objectKey({ ...place, name: object.metadata.name }), object] as const),
      ...todo.map(({ kind, name, live }) => [objectKey({ ...newPlace(kind), name }), live] as const),
    ]),
  };
}

/** What was brought over and is equal; all of it is saved before the first one goes. */
export function deleteStages(going: readonly DataStep[], places: readonly OldPlace[]): DataStages {
  const old = going.flatMap(({ kind, name, namespace, old: object }) => {
    const place = places.find(
      (each) => each.kind === kind && object?.apiVersion === `${each.group}/${each.version}`,
    );
    if (object === undefined || place === undefined) return [];
    const { group, version, resource } = place;
    return [{ ref: { group, version, resource, kind, namespace, name } satisfies Ref, object }];
  });
  return {
    stages: [old.map(({ ref, object }) => oldGoal(ref, object))],
    known: new Map(old.map(({ ref, object }) => [objectKey(ref), object])),
  };
}

function definitionGoal(ref: Ref, object: KubeObject, waits: boolean): ObjectGoal {
  return {
    ref,
    kind: "define",
    intended(live) {
      if (live === undefined) return { verb: "create", ref, body: object, fieldManager: manager };
      const why = unfit(live);
      return why === undefined ? undefined : { message: `${objectName(ref)}: ${why}` };
    },
    draft: () => ({ action: "created", ref, after: object }),
    ...(waits
      ? {
          waits: {
            phase: "served",
            missing: (live) =>
              live !== undefined && isEstablished(live) ? undefined : `${objectName(ref)} to be established`,
            late: (missing) => ({
              message: `timed out waiting for ${missing}`,
              hint: `look at its conditions: ${sh`kubectl describe crd ${ref.name}`}`,
            }),
          },
        }
      : {}),
  };
}

/** What somebody else wrote after both sides were compared is never overwritten. */
function objectGoal(step: DataStep): ObjectGoal | undefined {
  const { target, live: before } = step;
  if (target === undefined) return undefined;
  const ref: Ref = { ...newPlace(step.kind), name: step.name };
  return {
    ref,
    kind: "copy",
    intended(live) {
      if (live !== undefined && differences(target, live).length === 0) return undefined;
      if (before === undefined)
        return live === undefined
          ? { verb: "create", ref, body: target, fieldManager: manager }
          : changedSince(newNameOf(step));
      return live !== undefined && differences(before, live).length === 0
        ? changing(ref, target, live)
        : changedSince(newNameOf(step));
    },
    draft: (live) =>
      live === undefined
        ? { action: "created", ref, after: target }
        : { action: "changed", ref, before: live, after: afterwards(target, live) },
  };
}

function oldGoal(ref: Ref, compared: KubeObject): ObjectGoal {
  return {
    ref,
    kind: "remove",
    intended(live) {
      if (live === undefined) return undefined;
      const { uid = "", resourceVersion = "" } = live.metadata;
      return differences(compared, live).length === 0
        ? { verb: "delete", ref, uid, resourceVersion }
        : changedSince(`${ref.kind} ${ref.namespace ?? ""}/${ref.name}`);
    },
    draft: (live) => (live === undefined ? undefined : { action: "deleted", ref, before: live }),
  };
}

function changedSince(name: string): Stop {
  return { message: `${name} was changed after both sides were compared`, outdated: true };
}

function afterwards(target: KubeObject, live: KubeObject): KubeObject {
  const annotations = { ...live.metadata.annotations, [migratedAnnotation]: markOf(target) };
  return { ...live, metadata: { ...live.metadata, annotations }, spec: target["spec"] };
}

/** The spec whole, and only at the resourceVersion that was looked at. */
function changing(ref: Ref, target: KubeObject, live: KubeObject): Write {
  const path = `/metadata/annotations/${migratedAnnotation.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  const body = [
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    { op: "replace", path: "/spec", value: target["spec"] },
    { op: "replace", path, value: markOf(target) },
  ];
  return { verb: "patch", ref, patch: "json", body, fieldManager: manager };
}

function markOf({ metadata }: KubeObject): string {
  return metadata.annotations?.[migratedAnnotation] ?? "";
}

import type { Hash } from "../model/hash.ts";
import { migratedAnnotation } from "../model/names.ts";
import type { KubeObject } from "../model/kube.ts";
import { convert } from "./convert.ts";
import { differences, specText, type Difference } from "./compare.ts";
import { movedKinds, newGroup, oldNamespace, type OldKind } from "./kinds.ts";
import { sh } from "../model/shell.ts";

/** Everything of one kind, both sides. */
export interface KindObjects {
  readonly kind: OldKind;
  readonly old: readonly KubeObject[];
  readonly new: readonly KubeObject[];
}

/** What is to be done about one object. */
export interface DataStep {
  readonly kind: OldKind;
  /** Of the old object; of `gone` the new one's. */
  readonly name: string;
  readonly namespace: string;
  /**
   * create: the new side has none. update: the old one was changed since it was brought over, and the new
   * one was not (H28). same: equal in content. conflict: the new side has another one. gone: the new one
   * was brought over and its old one is there no more. refused: it cannot be brought over without a loss.
   * elsewhere: in a namespace that Calico never read.
   */
  readonly does: "create" | "update" | "same" | "conflict" | "gone" | "refused" | "elsewhere";
  readonly why?: string;
  readonly differences: readonly Difference[];
  readonly old?: KubeObject;
  /** As it is, on the new side. */
  readonly live?: KubeObject;
  /** As it is to be. */
  readonly target?: KubeObject;
}

/** What keeps everything from being written. */
export function stops({ does }: DataStep): boolean {
  return does === "conflict" || does === "gone" || does === "refused";
}

/** Kind by kind, in the order of the names. Nothing is written where any of them stops. */
export function dataPlan(sides: readonly KindObjects[], hash: Hash): readonly DataStep[] {
  return sides.flatMap(({ kind, old, new: found }) => {
    const here = new Map(found.map((object) => [object.metadata.name, object]));
    const own = new Map(
      old
        .filter(({ metadata }) => metadata.namespace === oldNamespace)
        .map((object) => [object.metadata.name, object]),
    );
    const steps = old.map((object): DataStep => {
      const step = stepFor(kind, object, here, own, hash);
      const twin = old.find((other) => isTwin(object, other) && !sameContent(kind, object, other));
      return twin === undefined ? step : refusedFor(step, twin);
    });
    const left = found
      .filter(
        ({ metadata }) => metadata.annotations?.[migratedAnnotation] !== undefined && !own.has(metadata.name),
      )
      .map((live): DataStep => ({
        kind,
        name: live.metadata.name,
        namespace: "",
        does: "gone",
        why: `it was brought over, and the old side has it no more; delete it (${sh`kubectl delete ${resourceOf(kind)} ${live.metadata.name}`}), or keep it (${sh`kubectl annotate ${resourceOf(kind)} ${live.metadata.name} ${migratedAnnotation}-`})`,
        differences: [],
        live,
      }));
    return [...steps, ...left].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  });
}

/** The same name in kube-system under both groups that releases have had for the kind. */
function isTwin({ apiVersion, metadata }: KubeObject, other: KubeObject): boolean {
  return (
    other.apiVersion !== apiVersion &&
    other.metadata.name === metadata.name &&
    metadata.namespace === oldNamespace &&
    other.metadata.namespace === oldNamespace
  );
}

function sameContent(kind: OldKind, one: KubeObject, other: KubeObject): boolean {
  const [left, right] = [convert(kind, one), convert(kind, other)];
  return left.ok && right.ok && differences(left.object, right.object).length === 0;
}

function refusedFor({ kind, name, namespace, old }: DataStep, twin: KubeObject): DataStep {
  return {
    kind,
    name,
    namespace,
    does: "refused",
    why: `${twin.apiVersion} has the same name and other content, and the new side has one place for both: delete one of both`,
    differences: [],
    ...(old === undefined ? {} : { old }),
  };
}

/** `ippools.crd.projectcalico.org` */
function resourceOf(kind: OldKind): string {
  const found = movedKinds.find(({ old }) => old.kind === kind);
  return `${found?.new.resource ?? kind}.${newGroup}`;
}

/** The annotation that says what was brought over: of the content, as Calico would write it. */
export function mark(object: KubeObject, hash: Hash): string {
  return hash(specText(object));
}

function stepFor(
  kind: OldKind,
  old: KubeObject,
  here: ReadonlyMap<string, KubeObject>,
  own: ReadonlyMap<string, KubeObject>,
  hash: Hash,
): DataStep {
  const { name, namespace = "" } = old.metadata;
  const base = { kind, name, namespace, differences: [], old };
  const converted = convert(kind, old);
  if (namespace !== oldNamespace) {
    const other = own.get(name);
    const real = other === undefined ? undefined : convert(kind, other);
    if (real?.ok === true && converted.ok && differences(real.object, converted.object).length === 0)
      return { ...base, does: "elsewhere", why: `the same as ${oldNamespace}/${name}` };
    return other === undefined
      ? {
          ...base,
          does: "elsewhere",
          why: `Calico reads ${oldNamespace} only; it has no effect and is left alone`,
        }
      : {
          ...base,
          does: "refused",
          why: `${oldNamespace}/${name} has the same name and other content; only that one has an effect: delete one of both`,
        };
  }
  if (!converted.ok) return { ...base, does: "refused", why: converted.why };
  const { object } = converted;
  const annotations = { ...object.metadata.annotations, [migratedAnnotation]: mark(object, hash) };
  const target = { ...object, metadata: { ...object.metadata, annotations } };
  const live = here.get(name);
  if (live === undefined) return { ...base, does: "create", target };
  const found = differences(object, live);
  if (found.length === 0) return { ...base, does: "same", live, target };
  const untouched = live.metadata.annotations?.[migratedAnnotation] === mark(live, hash);
  return untouched
    ? {
        ...base,
        does: "update",
        why: "the old side was changed since it was brought over (H28)",
        differences: found,
        live,
        target,
      }
    : {
        ...base,
        does: "conflict",
        why: `the new side has it already, with other content; make both the same (${sh`kubectl edit ${resourceOf(kind)} ${name}`}, or the old one), then run it again`,
        differences: found,
        live,
        target,
      };
}

/** The kind on the new side, as kubectl names its objects. */
export function newNameOf({ kind, name }: Pick<DataStep, "kind" | "name">): string {
  const found = movedKinds.find(({ old }) => old.kind === kind);
  return `${(found?.new.kind ?? kind).toLowerCase()}.crd.projectcalico.org/${name}`;
}

import { edited } from "../manifest/edit.ts";
import { formatYaml } from "../manifest/yaml.ts";
import { customResource, typeName } from "../merge/merge-keys.ts";
import { threeWayPatch } from "../merge/three-way.ts";
import type { KubeObject } from "../model/kube.ts";
import { isRecord, listOf, recordOf } from "../model/record.ts";
import type { Rebased, RebasedObject } from "./rebase.ts";

/** A file of a kustomization, its name relative to it. */
export interface OverlayFile {
  readonly name: string;
  readonly text: string;
}

/**
 * A kustomization that makes the rebased manifest of upstream's: its files as they are, one patch per object that has
 * something of yours, and your own objects. `mark`: a comment for a conflict that nobody has decided.
 */
export function overlayOf(
  { objects, added }: Rebased,
  upstream: readonly OverlayFile[],
  mark: (conflict: RebasedObject["open"][number]) => string,
): readonly OverlayFile[] {
  const patches = objects
    .filter(({ edits, open }) => edits.length > 0 || open.length > 0)
    .map((each) => ({ name: fileName(each.target.object), text: patchText(each, mark) }));
  const own = added.map((each) => ({ name: fileName(each), text: formatYaml(each) }));
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...upstream, ...own].map(({ name }) => name),
    ...(patches.length === 0 ? {} : { patches: patches.map(({ name }) => ({ path: name })) }),
  };
  return [{ name: "kustomization.yaml", text: formatYaml(kustomization) }, ...upstream, ...own, ...patches];
}

function patchText(
  { target: { object }, edits, open }: RebasedObject,
  mark: (conflict: RebasedObject["open"][number]) => string,
): string {
  const wanted = edited(object, edits) as KubeObject;
  const { apiVersion, kind, metadata } = object;
  const { name, namespace } = metadata;
  const patch = withoutOrders(threeWayPatch(object, wanted, object, kustomizeType(object)));
  const { metadata: own, ...rest } = isRecord(patch) ? patch : {};
  const whole = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(isRecord(own) ? own : {}),
    },
    ...rest,
  };
  return `${open.map((each) => `# ${mark(each)}\n`).join("")}${formatYaml(whole)}`;
}

/** Kustomize knows how the lists of today's API versions are merged; of all others it replaces them. */
function kustomizeType(object: KubeObject): string {
  return /beta|alpha/.test(object.apiVersion) ? customResource : typeName(object);
}

const order = "$setElementOrder/";

/** Lists whose order means something: kustomize puts the elements that a patch names first. */
const ordered: ReadonlySet<string> = new Set(["initContainers", "containers"]);

/** Without the directives that only a server obeys: the order of elements, and which fields of a union stay. */
function withoutOrders(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrders);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      if (key.startsWith(order) || key === "$retainKeys") return [];
      const names = ordered.has(key) ? value[`${order}${key}`] : undefined;
      return [[key, withoutOrders(inOrder(listOf(each), listOf(names)) ?? each)] as const];
    }),
  );
}

/** The elements of a patch in their order, with the names alone of those that it leaves. */
function inOrder(elements: readonly unknown[], names: readonly unknown[]): readonly unknown[] | undefined {
  if (names.length === 0) return undefined;
  const isNamed = (each: unknown, name: unknown): boolean =>
    recordOf(each)?.["name"] === recordOf(name)?.["name"];
  const rest = elements.filter((each) => !names.some((name) => isNamed(each, name)));
  return [...names.map((name) => elements.find((each) => isNamed(each, name)) ?? name), ...rest];
}

/** `daemonset-calico-node.yaml`. */
function fileName({ kind, metadata: { name } }: KubeObject): string {
  return `${kind.toLowerCase()}-${name.replaceAll(/[^\w.-]/g, "-")}.yaml`;
}

import type { LiveSurroundings, Missing } from "../manifest/missing.ts";
import type { ManifestObject } from "../manifest/parse.ts";
import { placeholderOf } from "../manifest/placeholders.ts";
import { bindingOf, rulesOf, sameRole, type RoleRef } from "../model/rbac.ts";
import type { KubeObject } from "../model/kube.ts";
import { lastAppliedAnnotation } from "../model/names.ts";
import { lastApplied } from "./last-applied.ts";
import { unionOfRules } from "./rbac-union.ts";
import { recordOf } from "../model/record.ts";

/** What to apply so that nothing is missing, and what cannot be added. */
export interface Addition {
  readonly objects: readonly KubeObject[];
  /** Not in the file or not filled in there, in a Secret that is there already, or unknown. */
  readonly left: readonly Missing[];
}

/**
 * The objects for `kubectl apply` that add what is missing and take nothing away (hazard H01): a role
 * holds live and file rules, a ConfigMap what it holds and the new keys with the file's values; what is
 * not there is as in the file.
 */
export function addMissing(
  missing: readonly Missing[],
  objects: readonly ManifestObject[],
  live: LiveSurroundings,
  defaultNamespace: string,
): Addition {
  const file = objects.map(({ object }) => object);
  const added = new Map<string, KubeObject>();
  const left: Missing[] = [];
  for (const one of missing) {
    const id = `${one.kind}/${one.namespace ?? ""}/${one.name}`;
    if (one.ofRelease === true && one.unknown !== true && one.kind !== "ServiceAccount") {
      left.push({ ...one, because: "the file does not bring it either: use the release's own manifest" });
      continue;
    }
    if (added.has(id) && one.kind !== "ConfigMap") continue;
    const object =
      one.unknown === true ? undefined : addition(one, fromFile(one, file, defaultNamespace), live);
    const placeholder = object === undefined ? undefined : placeholderOf(object);
    if (object === undefined) left.push(one);
    else if (placeholder !== undefined) {
      const because = `the file still has the placeholder ${placeholder}: replace it with this cluster's value`;
      left.push({ ...one, because });
    } else added.set(id, object);
  }
  return { objects: [...added.values()], left };
}

/** The file's object, its namespace filled in. */
function fromFile(one: Missing, file: readonly KubeObject[], usual: string): KubeObject | undefined {
  const found = file.find(
    ({ kind, metadata }) =>
      kind === one.kind &&
      metadata.name === one.name &&
      (one.namespace === undefined || (metadata.namespace ?? usual) === one.namespace),
  );
  if (found === undefined || one.namespace === undefined) return found;
  return { ...found, metadata: { ...found.metadata, namespace: one.namespace } };
}

function addition(
  one: Missing,
  inFile: KubeObject | undefined,
  live: LiveSurroundings,
): KubeObject | undefined {
  const { kind, name, namespace } = one;
  switch (kind) {
    case "ServiceAccount":
      return (
        inFile ?? {
          apiVersion: "v1",
          kind,
          metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        }
      );
    case "ClusterRole":
    case "Role": {
      if (inFile === undefined) return undefined;
      const reading = live.role({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
      return reading.known && reading.value !== undefined
        ? { ...kept(reading.value), rules: unionOfRules(rulesOf(reading.value), rulesOf(inFile)) }
        : inFile;
    }
    case "ClusterRoleBinding":
    case "RoleBinding":
      return inFile === undefined ? undefined : bindingWith(inFile, namespace, live);
    case "ConfigMap": {
      const reading = live.config({ kind, name, namespace: namespace ?? "" });
      const there = reading.known ? reading.value?.object : undefined;
      return there === undefined ? inFile : configMapWith(there, inFile, one.keys ?? []);
    }
    case "Secret": {
      // Adding a key to one that is there would take its other values through a pipe.
      const reading = live.config({ kind, name, namespace: namespace ?? "" });
      return reading.known && reading.value === undefined ? inFile : undefined;
    }
    default:
      return inFile;
  }
}

/** A binding's role cannot be changed: where another one has the name, ours gets one of its own. */
function bindingWith(
  inFile: KubeObject,
  namespace: string | undefined,
  live: LiveSurroundings,
): KubeObject | undefined {
  if (live.bindings === "none" || !live.bindings.known) return undefined;
  const wanted = bindingOf(inFile, namespace ?? "");
  const there = live.bindings.value.find(
    ({ kind, metadata }) =>
      kind === inFile.kind && metadata.name === inFile.metadata.name && metadata.namespace === namespace,
  );
  if (there === undefined) return inFile;
  const present = bindingOf(there, namespace ?? "");
  if (!sameRole(present.role, wanted.role)) {
    const role: RoleRef = wanted.role;
    return {
      ...inFile,
      metadata: { ...inFile.metadata, name: `${inFile.metadata.name}-${role.name.replaceAll(":", "-")}` },
    };
  }
  const isThere = (subject: (typeof wanted.subjects)[number]): boolean =>
    present.subjects.some(
      ({ kind, name, namespace: own }) =>
        kind === subject.kind && name === subject.name && own === subject.namespace,
    );
  return {
    ...kept(there),
    roleRef: there["roleRef"],
    subjects: [...present.subjects, ...wanted.subjects.filter((subject) => !isThere(subject))],
  };
}

function configMapWith(
  there: KubeObject,
  inFile: KubeObject | undefined,
  keys: readonly string[],
): KubeObject | undefined {
  const data = dataOf(inFile);
  if (keys.some((key) => data[key] === undefined)) return undefined;
  const applied = lastApplied(there);
  const own = (field: "data" | "binaryData"): Readonly<Record<string, unknown>> =>
    applied === undefined
      ? (recordOf(there[field]) ?? {})
      : both(recordOf(there[field]) ?? {}, recordOf(applied[field]) ?? {});
  const binaryData = own("binaryData");
  return {
    ...kept(there),
    data: { ...own("data"), ...Object.fromEntries(keys.map((key) => [key, data[key]])) },
    ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
  };
}

function dataOf(object: KubeObject | undefined): Readonly<Record<string, unknown>> {
  return recordOf(object?.["data"]) ?? {};
}

/**
 * Identity, labels and annotations of a live object, as the next apply is to find them. Where kubectl
 * applied it before, only what was applied: apply removes what an applied text no longer has, so these
 * must stay in it, and others, which somebody set by hand, must not get into it.
 */
function kept(there: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = there.metadata;
  const { [lastAppliedAnnotation]: _text, ...ownAnnotations } = annotations ?? {};
  const applied = lastApplied(there);
  const pick = (live: Readonly<Record<string, string>>, which: "labels" | "annotations") =>
    applied === undefined ? live : both(live, recordOf(recordOf(applied.metadata)?.[which]) ?? {});
  const keptLabels = pick(labels ?? {}, "labels");
  const keptAnnotations = pick(ownAnnotations, "annotations");
  return {
    apiVersion: there.apiVersion,
    kind: there.kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(Object.keys(keptLabels).length === 0 ? {} : { labels: keptLabels }),
      ...(Object.keys(keptAnnotations).length === 0 ? {} : { annotations: keptAnnotations }),
    },
  };
}

/** The live values of the keys that were applied. */
function both<T>(
  live: Readonly<Record<string, T>>,
  applied: Readonly<Record<string, unknown>>,
): Record<string, T> {
  return Object.fromEntries(Object.entries(live).filter(([key]) => key in applied));
}

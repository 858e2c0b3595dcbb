import type { BundleEntry } from "../../bundle/inverse.ts";
import type { Bundle } from "../../bundle/read.ts";
import { movedKinds, newGroup, oldVersion } from "../../data/kinds.ts";
import { userError } from "../../errors.ts";
import type { SavedAction } from "../../model/draft.ts";
import { keepAnnotation, treatAsAnnotation } from "../../model/names.ts";

type EntryKind = Pick<BundleEntry, "action" | "group" | "version" | "kind">;

export function isPolicy({ kind, group }: Pick<BundleEntry, "kind" | "group">): boolean {
  return kind === "NetworkPolicy" && ["networking.k8s.io", "extensions"].includes(group);
}

/** Only annotations of a namespace are ever written. */
export function isAnnotatedNamespace({ kind, group, action }: EntryKind): boolean {
  return kind === "Namespace" && group === "" && action === "changed";
}

/** The annotations that `migrate-policy` writes and takes away. */
export const policyAnnotations: readonly string[] = [
  "net.beta.kubernetes.io/network-policy",
  keepAnnotation,
  treatAsAnnotation,
];

const definitions = { kind: "CustomResourceDefinition", group: "apiextensions.k8s.io" };

export function isDefinition({ kind, group }: Pick<BundleEntry, "kind" | "group">): boolean {
  return kind === definitions.kind && group === definitions.group;
}

export function isNewData({ group, kind }: Pick<BundleEntry, "kind" | "group">): boolean {
  return group === newGroup && movedKinds.some((each) => each.new.kind === kind);
}

export function isOldData({ group, version, kind }: EntryKind): boolean {
  return (
    version === oldVersion &&
    movedKinds.some(({ old }) => old.kind === kind && old.groups.some((each) => each === group))
  );
}

function isWorkload({ kind, group }: EntryKind, ...kinds: readonly string[]): boolean {
  return kinds.includes(kind) && ["apps", "extensions"].includes(group);
}

function does({ action }: EntryKind, ...actions: readonly SavedAction[]): boolean {
  return actions.includes(action);
}

/** What a run of each command can have written; `apply` writes whatever its file holds, `undo` what any run did. */
const writes: Readonly<Record<string, (entry: EntryKind) => boolean>> = {
  "migrate-policy": (entry) => isPolicy(entry) || isAnnotatedNamespace(entry),
  "migrate-data": (entry) =>
    (isNewData(entry) && does(entry, "created", "changed")) ||
    (isOldData(entry) && does(entry, "deleted")) ||
    (isDefinition(entry) && does(entry, "created")),
  node: (entry) => isWorkload(entry, "DaemonSet") && does(entry, "changed"),
  controller: (entry) =>
    isWorkload(entry, "Deployment", "ReplicaSet") && does(entry, "created", "changed", "scaled"),
  configmap: (entry) =>
    (entry.kind === "ConfigMap" && entry.group === "" && does(entry, "changed")) ||
    (isWorkload(entry, "DaemonSet", "Deployment", "ReplicaSet") &&
      does(entry, "created", "changed", "scaled")),
  apply: (entry) => does(entry, "created", "changed", "scaled"),
  undo: () => true,
};

/** Refuses a bundle whole that names what no run of its command writes: it was made by somebody else (hazard H34). */
export function checkPermitted({ directory, index, entries }: Bundle): void {
  const write = Object.hasOwn(writes, index.command) ? writes[index.command] : undefined;
  const why =
    write === undefined
      ? `no run of "${index.command}" saves one`
      : entries
          .filter((entry) => !write(entry))
          .slice(0, 1)
          .map(
            ({ action, kind, group, name }) =>
              `index.json says that ${kind}${group === "" ? "" : `.${group}`} "${name}" was ${action}, which ${index.command} never does`,
          )[0];
  if (why === undefined) return;
  throw userError(`the bundle ${directory} cannot be used: ${why}; nothing was done with it`);
}

import { bindingOf, rulesOf, sameRole } from "../model/rbac.ts";
import type { KubeObject, Ref } from "../model/kube.ts";
import { clientSideApplyManager } from "../model/names.ts";
import type { Write } from "../model/write.ts";
import { applierOf } from "./applier.ts";
import { applyObject, type InstallOwner } from "./apply-object.ts";
import { extractOwned } from "./extract.ts";
import { patchTypeOf } from "./merge-keys.ts";
import { unionOfRules } from "./rbac-union.ts";

/**
 * The write that adds what the file's object has and takes nothing away (hazard H01): a role allows what
 * both allow, a binding reaches both, a ConfigMap gets its new keys and keeps the values that it has. The
 * last-applied text stays as it was: contracting writes the file into it. Undefined: nothing to add. What
 * is neither (a CRD, a ServiceAccount, a Service) is applied when it is new; of these only a CRD, whose
 * old versions stay served, is changed here.
 */
export function expandObject(
  live: KubeObject | undefined,
  desired: KubeObject,
  ref: Ref,
  install: InstallOwner,
  force = false,
): Write | undefined {
  if (live === undefined) return applyObject(live, desired, ref, install, force).write;
  switch (desired.kind) {
    case "ClusterRole":
    case "Role": {
      const union = unionOfRules(rulesOf(live), rulesOf(desired));
      return union.length === rulesOf(live).length ? undefined : addition(live, ref, { rules: union });
    }
    case "ClusterRoleBinding":
    case "RoleBinding": {
      const namespace = ref.namespace ?? "";
      const [there, wanted] = [bindingOf(live, namespace), bindingOf(desired, namespace)];
      if (!sameRole(there.role, wanted.role)) return undefined;
      const added = wanted.subjects.filter(
        ({ kind, name, namespace: own }) =>
          !there.subjects.some((each) => each.kind === kind && each.name === name && each.namespace === own),
      );
      return added.length === 0
        ? undefined
        : addition(live, ref, { subjects: [...there.subjects, ...added], roleRef: live["roleRef"] });
    }
    case "ConfigMap": {
      const data = newKeys(live["data"], desired["data"]);
      return data === undefined ? undefined : addition(live, ref, { data });
    }
    case "CustomResourceDefinition":
      return applyObject(live, desired, ref, install, force).write;
    default:
      return undefined;
  }
}

/** The write that gives a ConfigMap the file's values and keeps the keys that the file has no more (H01). */
export function changeValues(live: KubeObject, desired: KubeObject, ref: Ref): Write | undefined {
  const there = record(live["data"]);
  const changed = Object.entries(record(desired["data"])).filter(([key, value]) => there[key] !== value);
  return changed.length === 0 ? undefined : addition(live, ref, { data: Object.fromEntries(changed) });
}

/** Some fields of an object, written as its owner and without a word about the others. */
function addition(live: KubeObject, ref: Ref, fields: Readonly<Record<string, unknown>>): Write {
  const applier = applierOf(live);
  const { resourceVersion } = live.metadata;
  if (applier.kind === "server") {
    const owned = extractOwned(live, applier.fields);
    const data = "data" in fields ? { data: { ...record(owned["data"]), ...record(fields["data"]) } } : {};
    return {
      verb: "patch",
      ref,
      patch: "apply",
      fieldManager: applier.manager,
      body: { ...owned, ...fields, ...data, metadata: { ...owned.metadata, resourceVersion } },
    };
  }
  return {
    verb: "patch",
    ref,
    patch: patchTypeOf(ref.group),
    fieldManager: clientSideApplyManager,
    body: { ...fields, metadata: { resourceVersion } },
  };
}

function newKeys(live: unknown, wanted: unknown): Readonly<Record<string, unknown>> | undefined {
  const there = record(live);
  const added = Object.entries(record(wanted)).filter(([key]) => !(key in there));
  return added.length === 0 ? undefined : Object.fromEntries(added);
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

import type { JsonObject, ManagedFieldsEntry } from "./kube.ts";
import { recordOf } from "./record.ts";
import { parseTime, type Millis } from "./time.ts";

/** What somebody has changed in a workload's template beside its manifest. */
export interface HandEdit {
  /** In the words of who typed it: `kubectl edit`. */
  readonly by: string;
  /** When that manager wrote last. */
  readonly at?: Millis;
  /** `env FELIX_X of calico-node`, `image of calico-node`, `tolerations`. */
  readonly fields: readonly string[];
}

/** Managers of what is typed and not applied: each kubectl command has its own (kubectl, FieldManager of each command). */
const typed = /^(kubectl-(edit|patch|set|rollout|scale|label|annotate)|k9s)$/;

/**
 * Who changed the template by hand and has still something in it, by managedFields: a later apply of the same
 * fields takes them over. Servers before 1.18 do not keep it: then there is nothing to report.
 */
export function handEdits(managedFields: readonly ManagedFieldsEntry[]): readonly HandEdit[] {
  return managedFields.flatMap(({ manager = "", time, fieldsV1 }) => {
    if (!typed.test(manager)) return [];
    const fields = fieldsOf(under(under(fieldsV1, "f:spec"), "f:template"));
    const at = parseTime(time);
    return fields.length === 0
      ? []
      : [{ by: manager.replace("-", " "), fields, ...(at === undefined ? {} : { at }) }];
  });
}

function fieldsOf(template: JsonObject): readonly string[] {
  const { "f:containers": containers, "f:initContainers": first, ...spec } = under(template, "f:spec");
  const metadata = under(template, "f:metadata");
  return [
    ...Object.keys(under(metadata, "f:annotations")).flatMap((key) => named("annotation", key)),
    ...Object.keys(under(metadata, "f:labels")).flatMap((key) => named("label", key)),
    ...[containers, first].flatMap((list) => Object.entries(recordOf(list) ?? {}).flatMap(ofContainer)),
    ...Object.keys(spec).flatMap((key) => plain(key)),
  ];
}

function ofContainer([key, fields]: readonly [string, unknown]): readonly string[] {
  const container = nameIn(key);
  const { "f:env": env, "f:name": _name, ...others } = (recordOf(fields) ?? {}) as JsonObject;
  const variables = Object.keys(recordOf(env) ?? {}).flatMap((each) => {
    const name = nameIn(each);
    return name === undefined ? [] : [`env ${name}`];
  });
  return container === undefined
    ? []
    : [...variables, ...Object.keys(others).flatMap((each) => plain(each))].map(
        (what) => `${what} of ${container}`,
      );
}

/** `f:image` is image; "." is the parent itself. */
function plain(key: string): readonly string[] {
  return key.startsWith("f:") ? [key.slice(2)] : [];
}

function named(what: string, key: string): readonly string[] {
  return plain(key).map((name) => `${what} ${name}`);
}

/** `k:{"name":"calico-node"}`. */
function nameIn(key: string): string | undefined {
  return /^k:\{"name":"([^"]+)"\}$/.exec(key)?.[1];
}

function under(fields: JsonObject | undefined, key: string): JsonObject {
  return (recordOf(fields?.[key]) ?? {}) as JsonObject;
}

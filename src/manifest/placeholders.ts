import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { placeholderIn } from "../model/placeholder.ts";

/** The first placeholder that an object would write into the cluster; undefined where it has none. */
export function placeholderOf(object: KubeObject): string | undefined {
  // What a CRD describes, or an annotation tells, is no value.
  if (object.kind === "CustomResourceDefinition") return undefined;
  const { spec, data, stringData } = object as Readonly<Record<string, unknown>>;
  return inside([spec, data, stringData]);
}

/** Throws UserError where the published manifest was not filled in: no command writes that, whatever is ignored. */
export function refusePlaceholders(objects: readonly KubeObject[], file: string): void {
  for (const object of objects) {
    const placeholder = placeholderOf(object);
    if (placeholder === undefined) continue;
    throw userError(
      `${object.kind} ${object.metadata.name} in ${file} still has the placeholder ${placeholder}: replace it with this cluster's value; nothing was changed`,
    );
  }
}

function inside(value: unknown): string | undefined {
  if (typeof value === "string") return placeholderIn(value);
  if (typeof value !== "object" || value === null) return undefined;
  for (const each of Object.values(value)) {
    const found = inside(each);
    if (found !== undefined) return found;
  }
  return undefined;
}

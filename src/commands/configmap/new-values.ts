import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { findConfigMap } from "../../manifest/find-config-map.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { dataOf } from "../../merge/config-map.ts";
import type { OpenConfigMap } from "../../operations/configmap/open.ts";
import type { NewValues } from "../../operations/configmap/request.ts";
import { readManifest } from "../read-manifest.ts";
import { edited, type Edited } from "./edit.ts";
import type { ValuesFrom } from "./options.ts";

/** The new values, and what came out of an editor: kept where the change is refused. */
export interface EditedValues {
  readonly values: NewValues;
  readonly edited?: Edited;
}

/** A file is read before the cluster is, so that a wrong one costs nothing. */
export async function readValues(
  values: ValuesFrom,
  context: Pick<AppContext, "readFile">,
): Promise<readonly ManifestObject[]> {
  return values.from === "file" ? await readManifest(values.file, context.readFile, "configmap") : [];
}

export async function wantedValues(
  from: ValuesFrom,
  objects: readonly ManifestObject[],
  { live }: OpenConfigMap,
  defaultNamespace: string,
  context: AppContext,
): Promise<EditedValues> {
  switch (from.from) {
    case "file": {
      const { file } = from;
      return {
        values: { kind: "object", find: ({ ref }) => findConfigMap(objects, file, ref, defaultNamespace) },
      };
    }
    case "flags": {
      const before = dataOf(live);
      const missing = [...from.unset].find((key) => !(key in before));
      if (missing !== undefined)
        throw userError(
          `ConfigMap ${live.metadata.namespace ?? ""}/${live.metadata.name} has no key "${missing}" to remove; it has ${Object.keys(before).join(", ")}`,
        );
      return { values: { kind: "keys", set: from.set, unset: from.unset } };
    }
    case "editor": {
      const before = dataOf(live);
      const text = await edited(before, context);
      const set = new Map(Object.entries(text.data).filter(([key, value]) => before[key] !== value));
      const unset = new Set(Object.keys(before).filter((key) => !(key in text.data)));
      return { values: { kind: "keys", set, unset }, edited: text };
    }
  }
}

import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { contentsOf } from "../../manifest/contents.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { dataOf, desiredBy } from "../../merge/config-map.ts";
import type { KubeObject } from "../../model/kube.ts";
import { readManifest } from "../read-manifest.ts";
import { edited, type Edited } from "./edit.ts";
import type { NewValues } from "./options.ts";
import type { Prepared } from "../../operations/configmap/prepare.ts";

/** The ConfigMap as it is to be, and the keys that go whoever set them. */
export interface Desired {
  readonly object: KubeObject;
  readonly unset: ReadonlySet<string>;
  /** What came out of an editor: kept where the change is refused. */
  readonly edited?: Edited;
}

/** A file is read before the cluster is, so that a wrong one costs nothing. */
export async function readValues(
  values: NewValues,
  context: Pick<AppContext, "readFile">,
): Promise<readonly ManifestObject[]> {
  return values.from === "file" ? await readManifest(values.file, context.readFile, "configmap") : [];
}

export async function desiredFrom(
  values: NewValues,
  objects: readonly ManifestObject[],
  prepared: Prepared,
  context: AppContext,
): Promise<Desired> {
  const { live } = prepared;
  switch (values.from) {
    case "file":
      return { object: inFile(objects, values.file, prepared), unset: new Set() };
    case "flags": {
      const before = dataOf(live);
      const missing = [...values.unset].find((key) => !(key in before));
      if (missing !== undefined)
        throw userError(
          `ConfigMap ${live.metadata.namespace ?? ""}/${live.metadata.name} has no key "${missing}" to remove; it has ${Object.keys(before).join(", ")}`,
        );
      return { object: desiredBy(live, values.set, values.unset), unset: values.unset };
    }
    case "editor": {
      const before = dataOf(live);
      const text = await edited(before, context);
      const set = new Map(Object.entries(text.data).filter(([key, value]) => before[key] !== value));
      const unset = new Set(Object.keys(before).filter((key) => !(key in text.data)));
      return { object: desiredBy(live, set, unset), unset, edited: text };
    }
  }
}

function inFile(objects: readonly ManifestObject[], file: string, { connection, ref }: Prepared): KubeObject {
  const maps = objects
    .map(({ object }) => object)
    .filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === ref.name)
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: object.metadata.namespace ?? connection.namespace },
    }));
  const here = `${ref.namespace ?? ""}/${ref.name}`;
  const matches = maps.filter(({ metadata }) => metadata.namespace === ref.namespace);
  const [match, second] = matches;
  if (second !== undefined)
    throw userError(
      `${file} has the ConfigMap ${here} ${String(matches.length)} times; leave one of them in it`,
    );
  if (match !== undefined) return match;
  const [other] = maps;
  if (other !== undefined)
    throw userError(
      `the ConfigMap in ${file} is ${other.metadata.namespace}/${ref.name} and the cluster's is ${here}; give a manifest of the same namespace`,
    );
  throw userError(
    `no ConfigMap ${ref.name} in ${file} (it has ${contentsOf(objects).text}); give the manifest that holds ${here}`,
  );
}

import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { contentsOf } from "./contents.ts";
import type { ManifestObject } from "./parse.ts";

/**
 * The file's object for the live ConfigMap, its namespace filled in as kubectl fills it in. `file`: as the user named
 * it. Throws UserError when the file has none, several, or one of another namespace.
 */
export function findConfigMap(
  objects: readonly ManifestObject[],
  file: string,
  live: { readonly namespace?: string; readonly name: string },
  defaultNamespace: string,
): KubeObject {
  const maps = objects
    .map(({ object }) => object)
    .filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === live.name)
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: object.metadata.namespace ?? defaultNamespace },
    }));
  const here = `${live.namespace ?? ""}/${live.name}`;
  const matches = maps.filter(({ metadata }) => metadata.namespace === live.namespace);
  const [match, second] = matches;
  if (second !== undefined)
    throw userError(
      `${file} has the ConfigMap ${here} ${String(matches.length)} times; leave one of them in it`,
    );
  if (match !== undefined) return match;
  const [other] = maps;
  if (other !== undefined)
    throw userError(
      `the ConfigMap in ${file} is ${other.metadata.namespace}/${live.name} and the cluster's is ${here}; give a manifest of the same namespace`,
    );
  throw userError(
    `no ConfigMap ${live.name} in ${file} (it has ${contentsOf(objects).text}); give the manifest that holds ${here}`,
  );
}

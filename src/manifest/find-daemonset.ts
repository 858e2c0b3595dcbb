import { userError } from "../errors.ts";
import { runsCalicoNode } from "../model/install.ts";
import type { KubeObject } from "../model/kube.ts";
import { templateFacts } from "../model/template.ts";
import { contentsOf } from "./contents.ts";
import type { ManifestObject } from "./parse.ts";

/**
 * The file's object for the live calico-node DaemonSet, found by what it runs, its namespace filled in
 * as kubectl fills it in. Throws UserError when the file has none, several, or another one (hazard H20).
 */
export function findDaemonSet(
  objects: readonly ManifestObject[],
  live: { readonly namespace: string; readonly name: string },
  defaultNamespace: string,
): KubeObject {
  const file = objects[0]?.source.name ?? "the file";
  const found = objects.filter(({ object }) => isCalicoNode(object)).map(({ object }) => object);
  const named = found.map((object) => ({
    object,
    namespace: object.metadata.namespace ?? defaultNamespace,
    name: object.metadata.name,
  }));
  const matches = named.filter(({ namespace, name }) => namespace === live.namespace && name === live.name);
  const [match] = matches;
  if (match !== undefined && matches.length === 1) {
    const { object, namespace } = match;
    return { ...object, metadata: { ...object.metadata, namespace } };
  }
  const here = `${live.namespace}/${live.name}`;
  if (matches.length > 1) {
    throw userError(
      `${file} has the DaemonSet ${here} ${String(matches.length)} times; leave one of them in it`,
    );
  }
  const [first] = named;
  if (first === undefined) throw userError(nothing(objects, file, here));
  if (named.length > 1) {
    const all = named.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
    throw userError(
      `${file} has ${String(named.length)} calico-node DaemonSets (${all}) and none of them is the cluster's ${here}; give the manifest that this cluster was installed from, in its new version`,
    );
  }
  const part = first.namespace === live.namespace ? "name" : "namespace";
  throw userError(
    `the calico-node DaemonSet in ${file} is ${first.namespace}/${first.name} and the cluster's is ${here}: applying it would make a second one; give a manifest with the same ${part}, or choose another with --daemonset`,
  );
}

function isCalicoNode(object: KubeObject): boolean {
  if (object.kind !== "DaemonSet") return false;
  return runsCalicoNode(
    templateFacts((object["spec"] as { readonly template?: unknown } | undefined)?.template),
  );
}

function nothing(objects: readonly ManifestObject[], file: string, here: string): string {
  const { is, text } = contentsOf(objects);
  if (is === "operator" || is === "operator-resources") {
    return `${file} is for the operator (it has ${text}), and this cluster's ${here} was applied from a manifest; give the hosted manifest of that release, or migrate to the operator first (docs.tigera.io, "Migrate Calico to an operator-managed installation")`;
  }
  return `no calico-node DaemonSet in ${file} (it has ${text}); give the manifest that holds ${here}`;
}

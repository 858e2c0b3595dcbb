import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { calicoNodeContainer, templateFacts } from "../model/template.ts";
import type { ManifestObject } from "./parse.ts";

/**
 * The file's calico-node DaemonSet that belongs to the live one, with a namespace. Found by what it is, not
 * by its name alone. Throws UserError when there is none, several, or one of another name or namespace.
 */
export function findDaemonSet(
  objects: readonly ManifestObject[],
  live: { readonly name: string; readonly namespace: string },
  /** Where kubectl would put an object that names no namespace: -n, else the context's. */
  defaultNamespace: string,
): KubeObject {
  const file = objects[0]?.source ?? "the file";
  if (objects.length === 0) throw userError("no objects in the manifest; give the Calico manifest with -f");
  const found = objects
    .filter(({ kind, object }) => kind === "DaemonSet" && runsCalicoNode(object))
    .map(({ object }) => withNamespace(object, defaultNamespace));
  const names = found.map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}`);
  const wanted = `${live.namespace}/${live.name}`;
  const same = found.filter((_, index) => names[index] === wanted);
  const [only] = same;
  if (same.length === 1 && only !== undefined) return only;
  if (same.length > 1) throw userError(`${file} has DaemonSet ${wanted} ${same.length} times; keep one`);
  if (names.length === 0) {
    throw userError(`${file} has no DaemonSet that runs calico-node; give the manifest that installs it`);
  }
  throw userError(
    `${file} has DaemonSet ${names.join(", ")}, but the cluster runs ${wanted}; give the manifest it was installed from`,
  );
}

function runsCalicoNode(object: KubeObject): boolean {
  const spec = object["spec"] as { readonly template?: unknown } | null | undefined;
  return calicoNodeContainer(templateFacts(spec?.template)) !== undefined;
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  const given = object.metadata.namespace ?? "";
  return given === "" ? { ...object, metadata: { ...object.metadata, namespace } } : object;
}

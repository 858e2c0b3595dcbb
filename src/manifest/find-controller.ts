import { userError } from "../errors.ts";
import type { KubeObject } from "../model/kube.ts";
import { workloadFacts } from "../model/workload.ts";
import { contentsOf } from "./contents.ts";
import type { ManifestObject } from "./parse.ts";

/** The file's controller, and what holds an older one at no replicas (v2.6); namespaces filled in. */
export interface FileControllers {
  readonly controller: KubeObject;
  readonly stubs: readonly KubeObject[];
}

/**
 * Calico's controller in a file that may hold other things too, found by what it runs. Throws UserError
 * when the file has none, several that run, one of them twice, or one in another namespace.
 */
export function findController(
  objects: readonly ManifestObject[],
  live: { readonly namespace: string },
  defaultNamespace: string,
): FileControllers {
  const file = objects[0]?.source.name ?? "the file";
  const found = objects
    .map(({ object }) => object)
    .filter((object) => isWorkload(object) && workloadFacts(object)?.component === "controller")
    .map((object) => inNamespace(object, defaultNamespace));
  const names = found.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw userError(`${file} has ${twice} several times; leave one of them in it`);
  const elsewhere = found.find(({ metadata }) => metadata.namespace !== live.namespace);
  if (elsewhere !== undefined) {
    throw userError(
      `the controller in ${file} is ${nameOf(elsewhere)} and this cluster's Calico is in namespace ${live.namespace}: applying it would make a second one; give a manifest of the same namespace`,
    );
  }
  const active = found.filter((object) => workloadFacts(object)?.desired !== 0);
  const [controller] = active;
  if (controller === undefined) throw userError(nothing(objects, file, found));
  if (active.length > 1) {
    throw userError(
      `${file} has ${String(active.length)} controllers (${active.map(nameOf).join(", ")}), and only one may ever be active; leave one of them in it, or give the others replicas: 0`,
    );
  }
  return { controller, stubs: found.filter((object) => object !== controller) };
}

function nothing(objects: readonly ManifestObject[], file: string, found: readonly KubeObject[]): string {
  if (found.length > 0)
    return `${file} has ${found.map(nameOf).join(", ")} at no replicas and no controller that runs`;
  const { is, text } = contentsOf(objects);
  const kubernetes =
    is === "hosted"
      ? "; with the Kubernetes datastore Calico has a controller from v3.6 on, and none before"
      : "; give the manifest of that release";
  return `no Calico controller in ${file} (it has ${text})${kubernetes}`;
}

function isWorkload({ kind }: KubeObject): boolean {
  return kind === "Deployment" || kind === "ReplicaSet";
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

function nameOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

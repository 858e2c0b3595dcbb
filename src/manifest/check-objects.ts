import { userError } from "../errors.ts";
import { type KubeObject, groupOf } from "../model/kube.ts";
import { workloadFacts } from "../model/workload.ts";
import type { ManifestObject } from "./parse.ts";
import { refusePlaceholders } from "./placeholders.ts";

/**
 * What a set of objects must not hold when it is applied as one upgrade: an object twice, two controllers,
 * an object of another namespace, what is still to be filled in. Throws UserError with the places in the files. `namespace` is Calico's.
 */
export function checkObjects(
  objects: readonly ManifestObject[],
  namespace: string,
  defaultNamespace: string,
  namespaced: (object: KubeObject) => boolean,
): void {
  for (const { object, source } of objects) refusePlaceholders([object], source.name);
  const seen = new Map<string, ManifestObject>();
  for (const each of objects) {
    const { object } = each;
    const group = groupOf(object);
    const own = namespaced(object) ? (object.metadata.namespace ?? defaultNamespace) : "";
    const id = `${object.kind}.${group}/${own}/${object.metadata.name}`;
    const before = seen.get(id);
    if (before !== undefined) {
      throw userError(
        `${named(object)} is there twice: ${place(before)} and ${place(each)}; the second would undo the first: leave one of them in`,
      );
    }
    seen.set(id, each);
  }
  const controllers = objects.filter(({ object }) => isRunningController(object));
  if (controllers.length > 1) {
    throw userError(
      `there are ${controllers.length} controllers (${controllers.map((each) => `${named(each.object)}, ${place(each)}`).join("; ")}); never two may run: leave one of them in`,
    );
  }
  const made = objects
    .filter(({ object }) => object.kind === "Namespace")
    .map(({ object }) => object.metadata.name);
  const stranger = objects.find(
    ({ object }) =>
      namespaced(object) && ![namespace, ...made].includes(object.metadata.namespace ?? defaultNamespace),
  );
  if (stranger !== undefined) {
    const where = stranger.object.metadata.namespace ?? defaultNamespace;
    throw userError(
      `${named(stranger.object)} (${place(stranger)}) is of namespace ${where}, and Calico here is in ${namespace}; take it out and apply it with kubectl, or give its namespace with -n`,
    );
  }
}

/** One with no replicas is a tombstone: v2.6 turns the older controller off with it. */
function isRunningController(object: KubeObject): boolean {
  if (object.kind !== "Deployment" && object.kind !== "ReplicaSet") return false;
  const facts = workloadFacts(object);
  return facts?.component === "controller" && facts.desired > 0;
}

function named({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

function place({ source }: ManifestObject): string {
  return `${source.name}, document ${source.document}`;
}

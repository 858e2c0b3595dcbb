import { discover } from "../cluster/discovery.ts";
import type { Connection } from "../cluster/port.ts";
import { readingOf } from "../cluster/reading.ts";
import type { InstalledFacts } from "../model/cluster-facts.ts";
import { groupOf, type KubeObject, type Ref } from "../model/kube.ts";
import { objectKey, objectName } from "../model/object-name.ts";
import { known, type Reading } from "../model/reading.ts";
import { listedAnyway } from "./apply/upgrade-context.ts";
import { readAll } from "./read-all.ts";
import { upstream } from "./upstream.ts";

/** Secrets are not read, and what a CRD says is nobody's setting. */
const leftOut: ReadonlySet<string> = new Set(["Secret", "CustomResourceDefinition"]);

/**
 * What upstream's manifests name, as it is in the cluster: for whoever looks at saved facts with a file of his own.
 * `namespace`: Calico's.
 */
export async function readUpstreams(
  connection: Connection,
  namespace: string,
): Promise<Reading<InstalledFacts>> {
  const { minors } = await upstream();
  const objects = [...minors.values()].flatMap(({ manifests }) => [...manifests.values()].flat());
  const each = new Map(
    objects.map((object) => [`${object.apiVersion}/${object.kind}/${object.metadata.name}`, object]),
  );
  const here = [...each.values()].map((object) => ({
    ...object,
    metadata: { name: object.metadata.name, namespace },
  }));
  return await readInstalled(connection, here);
}

/** The objects of a file as they are in the cluster. What is not there, or not served, is left out. */
export async function readInstalled(
  connection: Connection,
  objects: readonly KubeObject[],
): Promise<Reading<InstalledFacts>> {
  const wanted = objects.filter(({ kind }) => !leftOut.has(kind));
  const discovery = await readingOf(() => discover(connection, ["", ...new Set(wanted.map(groupOf))]));
  if (!discovery.known) return discovery;
  const placed = wanted.flatMap(({ apiVersion, kind, metadata: { name, namespace } }): readonly Ref[] => {
    const served = discovery.value.forKind(apiVersion, kind);
    if (served === undefined) return [];
    const { group, version, resource, namespaced } = served;
    const place = namespaced ? { namespace: namespace ?? connection.namespace } : {};
    return [{ group, version, resource, kind, name, ...place }];
  });
  // One object has many apiVersions.
  const refs = [...new Map(placed.map((ref) => [objectKey(ref), ref])).values()];
  const found = await readAll(connection, refs, listedAnyway);
  const answers = refs.map((ref) => ({ ref, reading: found.get(objectKey(ref)) }));
  return known({
    objects: answers.flatMap(({ reading }) =>
      reading?.known === true && reading.value !== undefined ? [reading.value] : [],
    ),
    unread: answers.flatMap(({ ref, reading }) =>
      reading?.known === false ? [{ object: objectName(ref), message: reading.message }] : [],
    ),
  });
}

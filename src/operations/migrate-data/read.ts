import { list } from "../../cluster/list.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { definitions, isEstablished, unfit } from "../../data/definitions.ts";
import { movedKinds, newGroup, newVersion, oldVersion, type OldKind } from "../../data/kinds.ts";
import type { KindObjects } from "../../data/plan.ts";
import { isApiError } from "../../errors.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Served } from "../../model/served.ts";

/** Groups that discovery is asked about. */
export const dataGroups: readonly string[] = [
  ...new Set(movedKinds.flatMap(({ old }) => old.groups)),
  newGroup,
  "apiextensions.k8s.io",
  "extensions",
];

export interface OldPlace extends Served {
  readonly kind: OldKind;
}

/** Where the old kinds are served; the API server of Calico v3 has other kinds under the same group. */
export function oldPlaces(discovery: Discovery): readonly OldPlace[] {
  return movedKinds.flatMap(({ old }) =>
    old.groups.flatMap((group) => {
      const found = discovery.forKind(`${group}/${oldVersion}`, old.kind);
      return found === undefined ? [] : [{ ...found, kind: old.kind }];
    }),
  );
}

/** The place of a kind on the new side: our own definitions make it. */
export function newPlace(kind: OldKind): Omit<Ref, "name"> {
  const found = movedKinds.find(({ old }) => old.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return { group: newGroup, version: newVersion, resource: found.new.resource, kind: found.new.kind };
}

/** Both sides, whole; throws what the server answers: nothing is brought over from half a list. */
export async function readSides(
  connection: Connection,
  places: readonly OldPlace[],
): Promise<readonly KindObjects[]> {
  return await Promise.all(
    movedKinds.map(async ({ old: { kind } }): Promise<KindObjects> => {
      const [old, found] = await Promise.all([
        Promise.all(places.filter((place) => place.kind === kind).map((place) => list(connection, place))),
        newObjects(connection, kind),
      ]);
      return { kind, old: old.flatMap(({ items }) => items), new: found };
    }),
  );
}

/** Without the definition there is none. */
async function newObjects(connection: Connection, kind: OldKind): Promise<readonly KubeObject[]> {
  try {
    return (await list(connection, newPlace(kind))).items;
  } catch (error) {
    if (isApiError(error) && error.status === 404) return [];
    throw error;
  }
}

export interface Definitions {
  readonly place: Omit<Ref, "name">;
  readonly missing: readonly KubeObject[];
  /** In words, those that cannot take the objects. */
  readonly unfit: readonly string[];
  /** There, and not served yet. */
  readonly notReady: readonly KubeObject[];
}

/** The CustomResourceDefinitions as they are; undefined: the server has none at all. */
export async function readDefinitions(
  connection: Connection,
  discovery: Discovery,
): Promise<Definitions | undefined> {
  const served = discovery.find("customresourcedefinitions", ["apiextensions.k8s.io"]);
  if (served === undefined) return undefined;
  const { group, version, resource, kind } = served;
  const place = { group, version, resource, kind };
  const wanted = definitions(version === "v1" ? "v1" : "v1beta1");
  const found = await Promise.all(
    wanted.map(({ metadata }) => readObject(connection, { ...place, name: metadata.name })),
  );
  const there = found.filter((object) => object !== undefined);
  return {
    place,
    missing: wanted.filter((_, at) => found[at] === undefined),
    unfit: there.flatMap((object) => {
      const why = unfit(object);
      return why === undefined ? [] : [`customresourcedefinition ${object.metadata.name}: ${why}`];
    }),
    notReady: there.filter((object) => !isEstablished(object)),
  };
}

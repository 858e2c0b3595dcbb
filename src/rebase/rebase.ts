import type { TreeEdit } from "../manifest/edit.ts";
import type { ManifestObject } from "../manifest/parse.ts";
import { writtenByOthers } from "../merge/filled-in.ts";
import { recordOf, listOf } from "../model/record.ts";
import type { KubeObject } from "../model/kube.ts";
import { carryObject, lostObject, type Carried, type RebaseConflict, type Prefer } from "./carry.ts";
import { fromMirror, mirrorOf } from "./images.ts";
import { isSameObject } from "./same-object.ts";

/** What your settings are told from, carried over from, and carried over to. */
export interface RebaseInput {
  /** Upstream's manifest of the release that yours was made from; undefined: nobody has it. */
  readonly base: readonly KubeObject[] | undefined;
  /** The live objects, or those of a file of yours. */
  readonly mine: readonly KubeObject[];
  /** Upstream's manifest of the new release. */
  readonly target: readonly ManifestObject[];
  /** `mine` is all that you have: what is not in it you took out, or it was never there. */
  readonly from: "cluster" | "file";
  readonly prefer: Prefer;
}

/** The changes of one object of the target. */
export interface RebasedObject {
  readonly target: ManifestObject;
  readonly edits: readonly TreeEdit[];
  /** Those that nobody has decided, for a mark at their place. */
  readonly open: readonly RebaseConflict[];
}

export interface Rebased {
  readonly objects: readonly RebasedObject[];
  /** Objects of your own, to stand behind the target's. */
  readonly added: readonly KubeObject[];
  readonly carried: readonly Carried[];
  readonly conflicts: readonly RebaseConflict[];
  readonly notes: readonly string[];
}

/** Nobody's settings: a Secret is not read, and what a CRD says comes with its release. */
const untouched: ReadonlySet<string> = new Set(["Secret", "CustomResourceDefinition"]);

/** Your settings carried over into the target. Pure; reads nothing but its input. */
export function rebase({ base, mine, target, from, prefer }: RebaseInput): Rebased {
  const notes: string[] = [];
  // Without a base, images of the same name tell the mirror.
  const mirrors = mirrorsOf(base ?? target.map(({ object }) => object), mine);
  const results = target.map((each) => {
    const { object } = each;
    if (object.kind === "Secret")
      notes.push(
        `${nameOf(object)} stays as the new manifest has it, because Secrets are not read; kubectl would write it, apply leaves one that exists alone`,
      );
    const own = find(mine, object);
    const former = base === undefined ? undefined : find(base, object);
    if (untouched.has(object.kind)) return { target: each, edits: [], carried: [], conflicts: [] };
    if (own === undefined) {
      if (former !== undefined)
        notes.push(
          `${nameOf(object)} is not in your ${from}, and upstream's manifest has had it; it stays in the new one`,
        );
      return {
        target: each,
        edits: newImages(undefined, former, object, mirrors),
        carried: [],
        conflicts: [],
      };
    }
    const done = carryObject(
      { base: base === undefined ? "unknown" : former, mine: own, target: object },
      nameOf(object),
      prefer,
      from,
    );
    notes.push(...done.notes);
    return { ...done, target: each, edits: [...done.edits, ...newImages(own, former, object, mirrors)] };
  });
  const gone = mine.filter(
    (each) => !untouched.has(each.kind) && !target.some(({ object }) => isSameObject(each, object)),
  );
  const dropped = gone.map((each) => {
    const former = base === undefined ? "unknown" : find(base, each);
    if (former === "unknown")
      notes.push(
        `${nameOf(each)} of your ${from} is not in the new manifest, and whether it is your own is not known; it is left out`,
      );
    const conflicts = lostObject({ base: former, mine: each }, nameOf(each)).map((conflict) => {
      const decided = prefer(conflict);
      return { ...conflict, ...(decided === undefined ? {} : { decided }) };
    });
    return { object: each, conflicts };
  });
  const secrets = mine.filter(
    (each) => each.kind === "Secret" && !target.some(({ object }) => isSameObject(each, object)),
  );
  for (const each of secrets)
    notes.push(`${nameOf(each)} of your ${from} is not in the new manifest; Secrets are not carried over`);
  return {
    objects: results.map(({ target: each, edits, conflicts }) => ({
      target: each,
      edits,
      open: conflicts.filter(({ decided }) => decided === undefined),
    })),
    added: [
      // In a cluster, what neither manifest has was not looked for.
      ...(from === "file" && base !== undefined ? gone.filter((each) => find(base, each) === undefined) : []),
      ...dropped.flatMap(({ object, conflicts }) =>
        conflicts.some(({ decided }) => decided === "mine") ? [asGiven(object)] : [],
      ),
    ],
    carried: results.flatMap(({ carried }) => carried),
    conflicts: [
      ...results.flatMap(({ conflicts }) => conflicts),
      ...dropped.flatMap(({ conflicts }) => conflicts),
    ],
    notes,
  };
}

/** `DaemonSet kube-system/calico-node`. */
function nameOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

function find(objects: readonly KubeObject[], like: KubeObject): KubeObject | undefined {
  return objects.find((each) => isSameObject(each, like));
}

/** An object as a file has it: without what servers and controllers write. */
function asGiven({ apiVersion, kind, metadata, status: _status, ...rest }: KubeObject): KubeObject {
  const { name, namespace, labels, annotations } = metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => !writtenByOthers.has(key));
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
    },
    ...rest,
  };
}

/** Where images of upstream's folders come from; a folder with several mirrors tells nothing. */
function mirrorsOf(
  base: readonly KubeObject[],
  mine: readonly KubeObject[],
): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const own of mine) {
    const former = find(base, own);
    if (former === undefined) continue;
    const before = containersOf(former);
    for (const { name, image } of containersOf(own)) {
      const upstreams = before.find((each) => each.name === name)?.image;
      const mirror = upstreams === undefined || image === undefined ? undefined : mirrorOf(upstreams, image);
      if (mirror === undefined) continue;
      const [folder, place] = mirror;
      found.set(folder, found.has(folder) && found.get(folder) !== place ? undefined : place);
    }
  }
  return found;
}

/** Containers that came with the target get their images where the others do. */
function newImages(
  mine: KubeObject | undefined,
  base: KubeObject | undefined,
  target: KubeObject,
  mirrors: ReadonlyMap<string, string | undefined>,
): readonly TreeEdit[] {
  const known = [mine, base].flatMap((each) => (each === undefined ? [] : containersOf(each)));
  return containersOf(target).flatMap(({ name, image, path }): TreeEdit[] => {
    if (image === undefined || (mine !== undefined && known.some((each) => each.name === name))) return [];
    const own = fromMirror(image, mirrors);
    return own === undefined || own === image ? [] : [{ op: "set", path: [...path, "image"], value: own }];
  });
}

interface Container {
  readonly name: unknown;
  readonly image: string | undefined;
  readonly path: readonly (string | number)[];
}

function containersOf(object: KubeObject): readonly Container[] {
  const template = recordOf(recordOf(object["spec"])?.["template"]);
  const spec = recordOf(template?.["spec"]);
  return ["initContainers", "containers"].flatMap((list) =>
    listOf(spec?.[list]).map((each, index) => {
      const { name, image } = recordOf(each) ?? {};
      return {
        name,
        image: typeof image === "string" ? image : undefined,
        path: ["spec", "template", "spec", list, index],
      };
    }),
  );
}

import { parseImage } from "../model/image.ts";
import type { KubeObject } from "../model/kube.ts";
import { known, type Reading } from "../model/reading.ts";
import {
  flavoursOf,
  upstreamObject,
  upstreamObjects,
  upstreamRelease,
  type Upstream,
} from "../releases/upstream.ts";
import type { Version } from "../releases/version.ts";
import { unclearReading } from "./follows.ts";

/** The manifest of upstream's that an install was made from: what it has otherwise is somebody's own setting. */
export interface Base {
  /** The release that the manifest is of. */
  readonly release: string;
  /** It is the very release that runs; else another patch release of its minor. */
  readonly exact: boolean;
  /** `kdd`, `kdd-typha`, `canal`, … */
  readonly flavour: string;
  /** All that its manifest has. */
  readonly objects: readonly KubeObject[];
  /** Upstream's default of an object; undefined: the manifest has none of that name. */
  readonly object: (named: Pick<KubeObject, "kind" | "metadata">) => KubeObject | undefined;
}

/** Of a calico-node that has less than this of upstream's, the manifest was somebody else's. */
const leastShare = 0.7;

/** `release`: the one that the live objects are of. `live`: objects of the install, calico-node's DaemonSet among them. */
export function baseOf(
  upstream: Upstream | undefined,
  release: Version,
  live: readonly KubeObject[],
): Reading<Base> {
  const own = upstream === undefined ? undefined : upstreamRelease(upstream, release);
  if (own === undefined)
    return unclearReading(`upstream's manifest of v${release.major}.${release.minor} is not on record`);
  const there = new Map(live.filter(isTelling).map((each) => [keyOf(each), new Set(factsOf(each))]));
  const ranked = flavoursOf(own)
    .map((flavour) => ({ flavour, ...sharesOf((own.manifests.get(flavour) ?? []).filter(isTelling), there) }))
    .toSorted((a, b) => b.all - a.all);
  const [best] = ranked;
  if (best === undefined || best.node < leastShare)
    return unclearReading(`this install was not made from upstream's manifest of ${release.text}`);
  const { flavour } = best;
  return known({
    release: own.release,
    exact: own.exact,
    flavour,
    objects: upstreamObjects(own, flavour),
    object: (each) => upstreamObject(own, flavour, each),
  });
}

/** The share of what upstream's workloads and ConfigMaps say that the live ones say as well. */
function sharesOf(
  wanted: readonly KubeObject[],
  there: ReadonlyMap<string, ReadonlySet<string>>,
): { readonly all: number; readonly node: number } {
  const counted = wanted.map((object) => {
    const facts = factsOf(object);
    const own = there.get(keyOf(object));
    return { object, facts: facts.length, found: facts.filter((fact) => own?.has(fact) === true).length };
  });
  const share = (of: typeof counted): number =>
    of.reduce((sum, { found }) => sum + found, 0) / of.reduce((sum, { facts }) => sum + facts, 0);
  return { all: share(counted), node: share(counted.filter(({ object }) => object.kind === "DaemonSet")) };
}

/** By which one flavour is told from another. */
function isTelling({ kind }: KubeObject): boolean {
  return ["DaemonSet", "Deployment", "ReplicaSet", "ConfigMap"].includes(kind);
}

function keyOf({ kind, metadata: { name } }: KubeObject): string {
  return `${kind}/${name}`;
}

/** Each value with its place, elements of a list by their names; images without tags. */
function factsOf(object: KubeObject | undefined): readonly string[] {
  if (object === undefined) return [];
  const { spec, data } = object as Readonly<Record<string, unknown>>;
  return [...leaves(spec, ""), ...leaves(data, "")];
}

function* leaves(value: unknown, place: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) yield* leaves(each, `${place}/${nameOf(each)}`);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) yield* leaves(each, `${place}/${key}`);
  } else if (typeof value === "string" && place.endsWith("/image"))
    yield `${place} ${parseImage(value).repository}`;
  // What a server does not store.
  else if (value !== false && value !== "" && value !== null) yield `${place} ${JSON.stringify(value)}`;
}

function nameOf(element: unknown): string {
  if (typeof element !== "object" || element === null) return JSON.stringify(element);
  const { name, mountPath, key, effect } = element as Readonly<Record<string, unknown>>;
  const named = mountPath ?? name ?? key ?? effect;
  return typeof named === "string" ? named : "";
}

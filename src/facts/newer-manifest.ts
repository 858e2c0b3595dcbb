import type { KubeObject } from "../model/kube.ts";
import { listOf, recordOf } from "../model/record.ts";
import { flavoursOf, upstreamRelease, type Upstream } from "../releases/upstream.ts";
import { compareVersions, versionOf, type Version } from "../releases/version.ts";

/** Upstream's manifest of a later minor, and what only it and later ones have. */
export interface NewerManifest {
  /** `v3.30`. */
  readonly minor: string;
  /** `ClusterRole calico-node: get tiers`, `volume sys-fs`, `container mount-bpffs`, sorted. */
  readonly marks: readonly string[];
}

/** Of a file that has less than this of an upstream manifest, the manifest was somebody else's. */
const leastShare = 0.9;

/**
 * The latest of upstream's manifests that a file was made from although its images are of an older release; undefined:
 * none, or none is on record. It has everything that came with that minor. Environment that came with it is no mark: people
 * set that themselves.
 */
export function newerManifest(
  upstream: Upstream,
  version: Version,
  objects: readonly KubeObject[],
): NewerManifest | undefined {
  const own = upstreamRelease(upstream, version);
  if (own === undefined) return undefined;
  const known = new Set([...own.manifests.values()].flat().flatMap(marksOf));
  const there = new Set(objects.flatMap(marksOf));
  const later = [...upstream.minors]
    .map(([name, each]) => ({ name, each, first: versionOf(`${name}.0`) }))
    .filter(({ first }) => first.minor !== version.minor && compareVersions(first, version) > 0)
    .toSorted((one, other) => compareVersions(one.first, other.first));
  const found = later.flatMap(({ name, each }): readonly NewerManifest[] =>
    flavoursOf(each).flatMap((flavour) => {
      const marks = new Set((each.manifests.get(flavour) ?? []).flatMap(marksOf));
      const added = [...marks].filter((mark) => !known.has(mark));
      const shared = [...marks].filter((mark) => there.has(mark)).length;
      const isOf = added.length > 0 && added.every((mark) => there.has(mark));
      return isOf && shared >= marks.size * leastShare ? [{ minor: name, marks: added.toSorted() }] : [];
    }),
  );
  return found.at(-1);
}

/** What only upstream adds to its workloads and roles. */
function marksOf(object: KubeObject): readonly string[] {
  const { kind, metadata } = object;
  if (kind === "ClusterRole")
    return listOf(object["rules"]).flatMap((rule) => {
      const { resources, verbs } = recordOf(rule) ?? {};
      return listOf(resources).flatMap((resource) =>
        listOf(verbs).map((verb) => `${kind} ${metadata.name}: ${String(verb)} ${String(resource)}`),
      );
    });
  if (kind !== "DaemonSet" && kind !== "Deployment") return [];
  const spec = recordOf(recordOf(recordOf(object["spec"])?.["template"])?.["spec"]);
  return [
    ...named("container", [...listOf(spec?.["initContainers"]), ...listOf(spec?.["containers"])]),
    ...named("volume", listOf(spec?.["volumes"])),
  ].map((mark) => `${kind} ${metadata.name}: ${mark}`);
}

function named(what: string, elements: readonly unknown[]): readonly string[] {
  return elements.flatMap((each) => {
    const name = recordOf(each)?.["name"];
    return typeof name === "string" ? [`${what} ${name}`] : [];
  });
}

import type { KubeObject } from "../model/kube.ts";
import type { Version } from "./version.ts";

/** Upstream's hosted manifests, object by object; CustomResourceDefinitions are left out. */
export interface Upstream {
  /** By `v3.29`. */
  readonly minors: ReadonlyMap<string, UpstreamMinor>;
}

export interface UpstreamMinor {
  /** The patch release that the manifests are of. */
  readonly release: string;
  /** By flavour: `kdd`, `kdd-typha`, `canal`, `etcd`, … */
  readonly manifests: ReadonlyMap<string, readonly KubeObject[]>;
}

/** As scripts/write-upstream.ts writes it: equal objects stand once, and manifests name them by their place. */
export interface UpstreamData {
  readonly objects: readonly KubeObject[];
  readonly minors: Readonly<
    Record<
      string,
      { readonly release: string; readonly manifests: Readonly<Record<string, readonly number[]>> }
    >
  >;
}

export function upstreamOf({ objects, minors }: UpstreamData): Upstream {
  return {
    minors: new Map(
      Object.entries(minors).map(([minor, { release, manifests }]) => [
        minor,
        {
          release,
          manifests: new Map(
            Object.entries(manifests).map(([flavour, places]) => [
              flavour,
              places.flatMap((place) => objects[place] ?? []),
            ]),
          ),
        },
      ]),
    ),
  };
}

/** What is on record of a release: a patch release without manifests of its own has those of its minor. */
export interface UpstreamRelease extends UpstreamMinor {
  /** The manifests are of this very release. */
  readonly exact: boolean;
}

/** undefined: nothing is on record of its minor. */
export function upstreamRelease({ minors }: Upstream, version: Version): UpstreamRelease | undefined {
  const minor = minors.get(`v${version.major}.${version.minor}`);
  return minor === undefined ? undefined : { ...minor, exact: minor.release === version.text };
}

/** The flavours that an install can be of. Roles and the policy controller stood in files of their own until v3.11. */
export function flavoursOf({ manifests }: UpstreamMinor): readonly string[] {
  return [...manifests].filter(([, objects]) => isInstall(objects)).map(([flavour]) => flavour);
}

/** The objects of a flavour's manifest, and those that stand in files of their own beside it. */
export function upstreamObjects({ manifests }: UpstreamMinor, flavour: string): readonly KubeObject[] {
  const beside = [...manifests.values()].filter((objects) => !isInstall(objects));
  return [manifests.get(flavour) ?? [], ...beside].flat();
}

/** Upstream's default object of a flavour; undefined: its manifest, and what goes with each, has none of that name. */
export function upstreamObject(
  minor: UpstreamMinor,
  flavour: string,
  { kind, metadata: { name } }: Pick<KubeObject, "kind" | "metadata">,
): KubeObject | undefined {
  return upstreamObjects(minor, flavour).find((each) => each.kind === kind && each.metadata.name === name);
}

function isInstall(objects: readonly KubeObject[]): boolean {
  return objects.some(({ kind }) => kind === "DaemonSet");
}

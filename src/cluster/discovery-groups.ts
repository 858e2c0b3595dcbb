import type { Served } from "../model/served.ts";
import { apiVersionOf } from "./paths.ts";
import type { Discovery } from "./port.ts";
import { splitApiVersion } from "../model/kube.ts";

/** A group as discovery found it, the preferred version first. */
export interface ApiGroup {
  /** "" is the core group. */
  readonly name: string;
  readonly versions: readonly {
    readonly version: string;
    /** undefined: served, but not asked what is in it. */
    readonly resources: readonly Served[] | undefined;
  }[];
}

/** Answers from what discovery found. Asking about a group that was not asked for is a bug, and throws. */
export function discoveryOf(version: string, groups: readonly ApiGroup[]): Discovery {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const resourcesOf = (name: string): Served[] =>
    (byName.get(name)?.versions ?? []).flatMap(({ version, resources }) => {
      if (resources === undefined) throw new Error(`discovery was not asked about ${name}/${version}`);
      return resources;
    });
  return {
    version,
    find(resource, wanted) {
      for (const name of wanted) {
        const served = resourcesOf(name).find((each) => each.resource === resource);
        if (served !== undefined) return served;
      }
      return undefined;
    },
    serves(groupVersion) {
      const { group, version: wanted } = splitApiVersion(groupVersion);
      return byName.get(group)?.versions.some((each) => each.version === wanted) ?? false;
    },
    forKind(apiVersion, kind) {
      const { group, version: wanted } = splitApiVersion(apiVersion);
      return resourcesOf(group).find((each) => each.version === wanted && each.kind === kind);
    },
    served() {
      const all = groups.flatMap(({ name, versions }) =>
        versions.map((each) => ({ ...each, name: apiVersionOf({ group: name, version: each.version }) })),
      );
      const asked = groups.filter(({ versions }) =>
        versions.every(({ resources }) => resources !== undefined),
      );
      return {
        groupVersions: all.map(({ name }) => name),
        kinds: all.flatMap(({ name, resources }) =>
          (resources ?? []).map(({ kind, resource }) => ({ apiVersion: name, kind, resource })),
        ),
        groups: asked.map(({ name }) => name),
      };
    },
  };
}

/** Whether discovery answers about all of these groups: it was asked about each that is served. */
export function wasAskedAbout(discovery: Discovery, groups: readonly string[]): boolean {
  const { groupVersions, groups: asked } = discovery.served();
  const served = new Set(groupVersions.map((each) => splitApiVersion(each).group));
  return groups.every((group) => !served.has(group) || asked.includes(group));
}

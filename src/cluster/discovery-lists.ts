import type { Served } from "../model/served.ts";
/** metav1.APIGroup, as /apis and kubectl's cache have it; the core group's name is "". */
export interface GroupEntry {
  readonly name: string;
  readonly versions: readonly VersionEntry[];
  readonly preferredVersion?: VersionEntry;
}

interface VersionEntry {
  readonly groupVersion: string;
  readonly version: string;
}

/** metav1.APIResource; subresources are entries of their own, `pods/log`. */
export interface ResourceEntry {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[] | null;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** Everything that a server said about what it serves. */
export interface DiscoveryLists {
  readonly groups: readonly GroupEntry[];
  /** By group version; missing where nobody asked. */
  readonly resources: ReadonlyMap<string, readonly ResourceEntry[]>;
}

/** apidiscovery.k8s.io APIGroupDiscoveryList, v2 and v2beta1. */
export interface AggregatedList {
  readonly kind: "APIGroupDiscoveryList";
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly AggregatedResource[];
    }[];
  }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly singularResource?: string;
  readonly scope: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly responseKind?: ResponseKind;
  readonly subresources?: readonly {
    readonly subresource: string;
    readonly verbs: readonly string[];
    readonly responseKind?: ResponseKind;
  }[];
}

interface ResponseKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/**
 * The aggregated form in the older one, as client-go turns it round (discovery/aggregated_discovery.go):
 * kubectl's cache holds that, and what we write there kubectl must be able to use.
 */
export function disaggregate(body: AggregatedList): DiscoveryLists {
  const resources = new Map<string, readonly ResourceEntry[]>();
  const groups = (body.items ?? []).map(({ metadata, versions = [] }): GroupEntry => {
    const name = metadata?.name ?? "";
    const fresh = versions.filter(({ freshness }) => freshness !== "Stale");
    const entries = fresh.map(({ version }) => ({ groupVersion: groupVersionOf(name, version), version }));
    for (const { version, resources: listed = [] } of fresh) {
      resources.set(groupVersionOf(name, version), listed.flatMap(entriesOf));
    }
    const [preferredVersion] = entries;
    return { name, versions: entries, ...(preferredVersion === undefined ? {} : { preferredVersion }) };
  });
  return { groups, resources };
}

function entriesOf(resource: AggregatedResource): ResourceEntry[] {
  const { resource: name, singularResource: singularName = "", scope, responseKind } = resource;
  const namespaced = scope === "Namespaced";
  const { shortNames, categories, verbs, subresources = [] } = resource;
  const own = !responseKind?.kind
    ? []
    : [
        {
          name,
          singularName,
          namespaced,
          ...kindOf(responseKind),
          verbs,
          ...(shortNames === undefined ? {} : { shortNames }),
          ...(categories === undefined ? {} : { categories }),
        },
      ];
  const below = subresources.flatMap(({ subresource, verbs, responseKind }) =>
    responseKind?.kind
      ? [{ name: `${name}/${subresource}`, singularName, namespaced, ...kindOf(responseKind), verbs }]
      : [],
  );
  return [...own, ...below];
}

function kindOf({ group, version, kind }: ResponseKind): {
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
} {
  return { ...(group ? { group } : {}), ...(version ? { version } : {}), kind };
}

/** What a server may call a group or a version: a DNS name, which leads to no other path and no other folder. */
function isApiName(text: unknown): boolean {
  return typeof text === "string" && /^[a-z0-9](?:[-a-z0-9]|\.(?!\.))*$/i.test(text);
}

/** Without the groups and versions whose names are none: their paths and files would be others. */
export function withoutMisnamed({ groups, resources }: DiscoveryLists): DiscoveryLists {
  const named = groups
    .filter(({ name }) => name === "" || isApiName(name))
    .map((group) => ({ ...group, versions: group.versions.filter(({ version }) => isApiName(version)) }));
  const known = new Set(
    named.flatMap(({ name, versions }) => versions.map(({ version }) => groupVersionOf(name, version))),
  );
  return { groups: named, resources: new Map([...resources].filter(([each]) => known.has(each))) };
}

export function groupVersionOf(group: string, version: string): string {
  return group === "" ? version : `${group}/${version}`;
}

/** What of a list can be asked for: no subresources. */
export function servedOf(group: string, version: string, entries: readonly ResourceEntry[]): Served[] {
  return entries
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced, verbs }) => ({
      group,
      version,
      resource: name,
      kind,
      namespaced,
      verbs: verbs ?? [],
    }));
}

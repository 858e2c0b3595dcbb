import { isRecord, listOf, recordOf } from "../model/record.ts";
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
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** Everything that a server said about what it serves. */
export interface DiscoveryLists {
  readonly groups: readonly GroupEntry[];
  /** By group version; missing where nobody asked. */
  readonly resources: ReadonlyMap<string, readonly ResourceEntry[]>;
}

/** What /apis answers, in either form; of the older one the groups only. */
export function listsOf(body: unknown): DiscoveryLists {
  return isAggregated(body) ? disaggregate(body) : { groups: groupEntries(body), resources: new Map() };
}

export function isAggregated(body: unknown): body is Raw {
  return isRecord(body) && body["kind"] === "APIGroupDiscoveryList";
}

/**
 * apidiscovery.k8s.io APIGroupDiscoveryList, v2 and v2beta1, in the older form, as client-go turns it round
 * (discovery/aggregated_discovery.go): kubectl's cache holds that, and what we write there kubectl must be able to use.
 */
function disaggregate(body: Raw): DiscoveryLists {
  const resources = new Map<string, readonly ResourceEntry[]>();
  const groups = recordsIn(body["items"]).map((item): GroupEntry => {
    const name = textOf(recordOf(item["metadata"])?.["name"]);
    const fresh = recordsIn(item["versions"]).filter(({ freshness }) => freshness !== "Stale");
    const versions = fresh.map(({ version }) => textOf(version));
    for (const { version, resources: listed } of fresh)
      resources.set(groupVersionOf(name, textOf(version)), recordsIn(listed).flatMap(entriesOf));
    return groupEntry(name, versions);
  });
  return { groups, resources };
}

function entriesOf(raw: Raw): ResourceEntry[] {
  const name = textOf(raw["resource"]);
  const singularName = textOf(raw["singularResource"]);
  const namespaced = raw["scope"] === "Namespaced";
  const common = { singularName, namespaced };
  const own = kindOf(raw["responseKind"]);
  const below = recordsIn(raw["subresources"]).flatMap((each): ResourceEntry[] => {
    const kind = kindOf(each["responseKind"]);
    return kind === undefined
      ? []
      : [
          {
            name: `${name}/${textOf(each["subresource"])}`,
            ...common,
            ...kind,
            verbs: textsIn(each["verbs"]),
          },
        ];
  });
  return own === undefined
    ? below
    : [{ name, ...common, ...own, verbs: textsIn(raw["verbs"]), ...namesOf(raw) }, ...below];
}

type GroupVersionKind = Pick<ResourceEntry, "group" | "version" | "kind">;

/** metav1.GroupVersionKind; undefined: it names no kind. */
function kindOf(raw: unknown): GroupVersionKind | undefined {
  const said = recordOf(raw);
  const [group, version, kind] = ["group", "version", "kind"].map((key) => textOf(said?.[key]));
  if (!kind) return undefined;
  return { ...(group ? { group } : {}), ...(version ? { version } : {}), kind };
}

function namesOf(raw: Raw): Pick<ResourceEntry, "shortNames" | "categories"> {
  return {
    ...(raw["shortNames"] === undefined ? {} : { shortNames: textsIn(raw["shortNames"]) }),
    ...(raw["categories"] === undefined ? {} : { categories: textsIn(raw["categories"]) }),
  };
}

/** metav1.APIGroupList, or kubectl's cache of it. */
export function groupEntries(raw: unknown): readonly GroupEntry[] {
  return recordsIn(recordOf(raw)?.["groups"]).map((group) => {
    const versions = recordsIn(group["versions"]).map(({ version }) => textOf(version));
    const preferred = recordOf(group["preferredVersion"])?.["version"];
    return groupEntry(textOf(group["name"]), versions, textOf(preferred));
  });
}

/** The group `name` with its versions, the preferred one named; the first where the server does not say. */
export function groupEntry(name: string, versions: readonly string[], preferred = ""): GroupEntry {
  const entries = versions.map((version) => ({ groupVersion: groupVersionOf(name, version), version }));
  const preferredVersion = entries.find(({ version }) => version === preferred) ?? entries[0];
  return { name, versions: entries, ...(preferredVersion === undefined ? {} : { preferredVersion }) };
}

/** metav1.APIResourceList, or kubectl's cache of it. */
export function resourceEntries(raw: unknown): readonly ResourceEntry[] {
  return recordsIn(recordOf(raw)?.["resources"]).flatMap((each): ResourceEntry[] => {
    const kind = kindOf(each);
    const name = textOf(each["name"]);
    if (kind === undefined || name === "") return [];
    const singularName = textOf(each["singularName"]);
    const verbs = textsIn(each["verbs"]);
    // What else stands there is kubectl's, which reads the same cache.
    const { group: _group, version: _version, ...others } = each;
    const namespaced = each["namespaced"] === true;
    return [{ ...others, name, singularName, namespaced, ...kind, verbs, ...namesOf(each) }];
  });
}

type Raw = Readonly<Record<string, unknown>>;

/** What of a list is an object; a server that says something else there says nothing. */
export function recordsIn(raw: unknown): readonly Raw[] {
  return listOf(raw).filter(isRecord);
}

export function textsIn(raw: unknown): readonly string[] {
  return listOf(raw).filter((each) => typeof each === "string");
}

function textOf(raw: unknown): string {
  return typeof raw === "string" ? raw : "";
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
      verbs,
    }));
}

import {
  listedNames,
  picked,
  type DependantFacts,
  type ListedFacts,
  type ListedName,
} from "../model/cluster-facts.ts";
import type { KubeObject } from "../model/kube.ts";
import { listedKinds, mayDepend, type ListedKind } from "../model/listed-kinds.ts";
import { allOf } from "../model/observed.ts";
import { known, type Reading } from "../model/reading.ts";
import type { Served, ServedFacts } from "../model/served.ts";
import { isCalicos } from "../model/object-facts.ts";
import { list, type ListSelection } from "./list.ts";
import type { DiscoveredConnection } from "./observe-lists.ts";
import type { Discovery } from "./port.ts";
import { notAsked, readingOf } from "./reading.ts";

/** Groups that discovery is asked about for these readings. */
export function listedGroups(needs: readonly string[]): readonly string[] {
  const kinds = listedNames
    .filter((name) => needs.includes(name))
    .flatMap((name) => listedKinds[name].groups);
  return [...kinds, ...(needs.includes("dependants") ? mayDepend.flatMap(([, groups]) => groups) : [])];
}

/** The lists among `needs`, side by side. `places` answers the namespaces of Calico. */
export async function observeListed(
  source: DiscoveredConnection,
  needs: readonly string[],
  places: () => Promise<readonly string[]>,
): Promise<ListedFacts> {
  const entries = await Promise.all(
    listedNames.map(async (name): Promise<readonly [ListedName, Reading<readonly unknown[]>]> => [
      name,
      needs.includes(name) ? await readListed(source, listedKinds[name], places) : notAsked,
    ]),
  );
  // Each reading holds what its own kind's pick gave.
  return Object.fromEntries(entries) as ListedFacts;
}

async function readListed(
  { connection, discovery }: DiscoveredConnection,
  kind: ListedKind<unknown>,
  places: () => Promise<readonly string[]>,
): Promise<Reading<readonly unknown[]>> {
  if (!discovery.known) return discovery;
  const served = findServed(discovery.value, kind);
  if (served === undefined) return absent(kind, discovery.value);
  const everywhere: ListSelection =
    kind.labelSelector === undefined ? {} : { labelSelector: kind.labelSelector };
  const selections: readonly ListSelection[] =
    kind.inCalicosNamespaces === true
      ? (await places()).map((namespace) => ({ ...everywhere, namespace }))
      : [everywhere];
  // What one kind keeps of an object is applied as its page arrives.
  const pick = (raw: KubeObject): readonly unknown[] => picked(kind, [raw]);
  const metadataOnly = kind.metadataOnly === true;
  return allOf(
    await Promise.all(
      selections.map((which) =>
        readingOf(async () =>
          (await list(connection, served, { ...which, pick, metadataOnly })).items.flat(),
        ),
      ),
    ),
  );
}

function findServed(
  discovery: Discovery,
  { resource, groups, thirdParty }: ListedKind<unknown>,
): Served | undefined {
  const served = discovery.find(resource, groups);
  if (served?.group !== "projectcalico.org") return served;
  return (served.version === "v1") === (thirdParty === true) ? served : undefined;
}

function absent(kind: ListedKind<unknown>, discovery: Discovery): Reading<readonly unknown[]> {
  const groups = new Set(discovery.served().groupVersions.map((each) => each.slice(0, each.indexOf("/"))));
  const isServed = kind.groups.some((group) => group !== "projectcalico.org" && groups.has(group));
  if (kind.absent === "none" || (kind.absent === "none where the group is served" && isServed))
    return known([]);
  return {
    known: false,
    why: "not served",
    message: `the server doesn't have a resource type "${kind.resource}"`,
  };
}

/** Objects that belong to an object of projectcalico.org (B24), by their metadata alone. */
export async function observeDependants({
  connection,
  discovery,
}: DiscoveredConnection): Promise<Reading<DependantFacts>> {
  if (!discovery.known) return discovery;
  const places = mayDepend.flatMap(([resource, groups]) => discovery.value.find(resource, groups) ?? []);
  const found = await Promise.all(
    places.map((served) =>
      readingOf(async () =>
        (await list(connection, served, { pick: dependant, metadataOnly: true })).items.flat(),
      ),
    ),
  );
  const all = allOf(found);
  const resources = places.map(({ group, resource }) => (group === "" ? resource : `${resource}.${group}`));
  return all.known ? known({ resources, found: all.value }) : all;
}

function dependant({ kind, metadata }: KubeObject): DependantFacts["found"] {
  return (metadata.ownerReferences ?? []).filter(isCalicos).map((owner) => ({
    kind,
    name: metadata.name,
    owner: `${owner.kind}/${owner.name}`,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  }));
}

export function servedReading(discovery: Reading<Discovery>): Reading<ServedFacts> {
  return discovery.known ? known(discovery.value.served()) : discovery;
}

import { isApiError, isConnectionError } from "../errors.ts";
import { discoveryOf, type ApiGroup } from "./discovery-groups.ts";
import {
  groupEntries,
  groupEntry,
  groupVersionOf,
  isAggregated,
  listsOf,
  resourceEntries,
  servedOf,
  textsIn,
  withoutMisnamed,
  type DiscoveryLists,
  type GroupEntry,
} from "./discovery-lists.ts";
import { splitApiVersion } from "../model/kube.ts";
import { recordOf } from "../model/record.ts";
import { groupPath, pathOf, type RequestPath } from "./paths.ts";
import type { Connection, Discovery, KubeResponse } from "./port.ts";

/** Aggregated discovery (Kubernetes ≥ 1.26) where there is any, the old lists otherwise. */
const accept = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

type Get = (path: RequestPath, accept?: string) => Promise<KubeResponse>;

/**
 * Asks what is served where. New servers answer everything in two requests; old ones are asked for
 * the resources of `groups` only ("" is the core group), side by side, so only these may be asked
 * about later, on either. A group version that does not answer (an aggregated API that is down) is
 * left out. Throws when nothing answers at all.
 */
export async function discover(
  connection: Connection,
  groups: readonly string[] | "all",
  signal?: AbortSignal,
): Promise<Discovery> {
  const get = getter(connection, signal);
  const [lists, version] = await Promise.all([liveLists(get, groups), serverVersion(get)]);
  return discoveryOf(version, apiGroups(lists, groups));
}

/**
 * The same, from kubectl's cache on disk where that is not older than kubectl allows. kubectl looks
 * again when it does not find a kind in it; here that a wanted group is absent is asked of the server.
 * For showing only: what is written, and what is refused, is decided by what is served now (H29).
 */
export async function discoverCached(
  connection: Connection,
  groups: readonly string[],
  signal?: AbortSignal,
): Promise<Discovery> {
  const { discoveryCache: cache } = connection;
  if (cache === undefined) return await discover(connection, groups, signal);
  const get = getter(connection, signal);
  // The version is never cached; asked for beside the rest.
  const version = serverVersion(get);
  const [answered] = await Promise.allSettled([fromCache(), version]);
  if (answered.status === "rejected") throw answered.reason;
  return discoveryOf(await version, apiGroups(answered.value, groups));

  async function fromCache(): Promise<DiscoveryLists> {
    const cached = await cache?.read(groups);
    if (cached !== undefined) {
      const absent = groups.filter((group) => !cached.groups.some(({ name }) => name === group));
      if (absent.length === 0) return cached;
      const { body } = await get(pathOf("apis"), "application/json");
      const named = groupEntries(body).map(({ name }) => name);
      if (!absent.some((group) => named.includes(group))) return cached;
    }
    const lists = await liveLists(get, groups);
    await cache?.write(lists);
    return lists;
  }
}

function getter(connection: Connection, signal: AbortSignal | undefined): Get {
  return (path, accepted = accept) =>
    connection.request({
      method: "GET",
      path,
      accept: accepted,
      ...(signal === undefined ? {} : { signal }),
    });
}

async function serverVersion(get: Get): Promise<string> {
  const version = await get(pathOf("version")).catch(unlessUnreachable);
  const said = recordOf(version?.body)?.["gitVersion"];
  return typeof said === "string" ? said : "";
}

async function liveLists(get: Get, groups: readonly string[] | "all"): Promise<DiscoveryLists> {
  const [core, named] = await Promise.all([get(pathOf("api")), get(pathOf("apis"))]);
  const asked = (group: string): boolean => groups === "all" || groups.includes(group);
  const found = await Promise.all(
    [core.body, named.body].map(async (body) =>
      isAggregated(body) ? listsOf(body) : await legacyLists(body, asked, get),
    ),
  );
  return withoutMisnamed({
    groups: found.flatMap((lists) => lists.groups),
    resources: new Map(found.flatMap((lists) => [...lists.resources])),
  });
}

function apiGroups(lists: DiscoveryLists, groups: readonly string[] | "all"): ApiGroup[] {
  return lists.groups.map((group): ApiGroup => {
    const asked = groups === "all" || groups.includes(group.name);
    return {
      name: group.name,
      versions: preferredFirst(group).map((version) => {
        const entries = lists.resources.get(groupVersionOf(group.name, version)) ?? [];
        return { version, resources: asked ? servedOf(group.name, version, entries) : undefined };
      }),
    };
  });
}

/** 403 and the like mean that it is not known; no answer means that nothing else will answer either. */
function unlessUnreachable(error: unknown): undefined {
  if (isConnectionError(error) || (isApiError(error) && error.status === 401)) throw error;
  if (!isApiError(error)) throw error;
  return undefined;
}

/** Of metav1.APIVersions (of /api) or metav1.APIGroupList (of /apis). */
async function legacyLists(
  body: unknown,
  asked: (group: string) => boolean,
  get: Get,
): Promise<DiscoveryLists> {
  const versions = recordOf(body)?.["versions"];
  const listed = versions === undefined ? groupEntries(body) : [groupEntry("", textsIn(versions))];
  const { groups: named } = withoutMisnamed({ groups: listed, resources: new Map() });
  const wanted = named
    .filter(({ name }) => asked(name))
    .flatMap(({ name, versions: all }) => all.map(({ version }) => groupVersionOf(name, version)));
  const resources = await Promise.all(
    wanted.map(async (groupVersion) => {
      const answer = await get(groupPath(splitApiVersion(groupVersion))).catch(unlessUnreachable);
      return [groupVersion, resourceEntries(answer?.body)] as const;
    }),
  );
  return { groups: named, resources: new Map(resources) };
}

function preferredFirst({ versions, preferredVersion }: GroupEntry): string[] {
  const all = versions.map(({ version }) => version);
  const preferred = preferredVersion?.version;
  return preferred === undefined ? all : [preferred, ...all.filter((version) => version !== preferred)];
}

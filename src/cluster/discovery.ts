import { isApiError, isConnectionError } from "../errors.ts";
import { discoveryOf, type ApiGroup } from "./discovery-groups.ts";
import type { Connection, Discovery, KubeResponse, Served } from "./port.ts";

/** Aggregated discovery (Kubernetes ≥ 1.26) where there is any, the old lists otherwise. */
const accept = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

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
  const get = (path: string): Promise<KubeResponse> =>
    connection.request({ method: "GET", path, accept, ...(signal === undefined ? {} : { signal }) });
  const [core, named, version] = await Promise.all([
    get("/api"),
    get("/apis"),
    get("/version").catch(unlessUnreachable),
  ]);
  const asked = (group: string): boolean => groups === "all" || groups.includes(group);
  const found = await Promise.all(
    [core.body, named.body].map(async (body) => {
      if (isAggregated(body)) return aggregatedGroups(body, asked);
      return await legacyGroups(body, asked, get);
    }),
  );
  const gitVersion = (version?.body as { readonly gitVersion?: string } | undefined)?.gitVersion;
  return discoveryOf(gitVersion ?? "", found.flat());
}

/** 403 and the like mean that it is not known; no answer means that nothing else will answer either. */
function unlessUnreachable(error: unknown): undefined {
  if (isConnectionError(error) || (isApiError(error) && error.status === 401)) throw error;
  if (!isApiError(error)) throw error;
  return undefined;
}

interface AggregatedList {
  readonly kind: "APIGroupDiscoveryList";
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly verbs: readonly string[];
        readonly responseKind?: { readonly kind?: string };
      }[];
    }[];
  }[];
}

function isAggregated(body: unknown): body is AggregatedList {
  return (body as { readonly kind?: string } | null)?.kind === "APIGroupDiscoveryList";
}

function aggregatedGroups(body: AggregatedList, asked: (group: string) => boolean): ApiGroup[] {
  return (body.items ?? []).map((group) => {
    const name = group.metadata?.name ?? "";
    const fresh = (group.versions ?? []).filter(({ freshness }) => freshness !== "Stale");
    return {
      name,
      versions: fresh.map(({ version, resources }) => ({
        version,
        resources: !asked(name)
          ? undefined
          : (resources ?? []).flatMap(({ resource, scope, verbs, responseKind }): Served[] => {
              if (!responseKind?.kind) return [];
              const namespaced = scope === "Namespaced";
              return [{ group: name, version, resource, kind: responseKind.kind, namespaced, verbs }];
            }),
      })),
    };
  });
}

interface VersionRef {
  readonly version: string;
}

/** metav1.APIVersions (of /api) or metav1.APIGroupList (of /apis). */
interface LegacyList {
  readonly versions?: readonly string[];
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly VersionRef[];
    readonly preferredVersion?: VersionRef;
  }[];
}

interface LegacyResources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs?: readonly string[];
  }[];
}

async function legacyGroups(
  body: unknown,
  asked: (group: string) => boolean,
  get: (path: string) => Promise<KubeResponse>,
): Promise<ApiGroup[]> {
  const { versions, groups } = body as LegacyList;
  const named =
    versions === undefined
      ? (groups ?? [])
      : [{ name: "", versions: versions.map((version) => ({ version })) }];
  return await Promise.all(
    named.map(async (group): Promise<ApiGroup> => {
      const { name } = group;
      const order = preferredFirst(group);
      return {
        name,
        versions: await Promise.all(
          order.map(async (version) => ({
            version,
            resources: asked(name) ? await legacyResources(name, version, get) : undefined,
          })),
        ),
      };
    }),
  );
}

function preferredFirst(group: {
  readonly versions: readonly VersionRef[];
  readonly preferredVersion?: VersionRef;
}): string[] {
  const all = group.versions.map(({ version }) => version);
  const preferred = group.preferredVersion?.version;
  return preferred === undefined ? all : [preferred, ...all.filter((version) => version !== preferred)];
}

async function legacyResources(
  group: string,
  version: string,
  get: (path: string) => Promise<KubeResponse>,
): Promise<Served[]> {
  const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const answer = await get(path).catch(unlessUnreachable);
  return ((answer?.body as LegacyResources | undefined)?.resources ?? [])
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

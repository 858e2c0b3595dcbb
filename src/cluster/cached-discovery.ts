import { isApiError } from "../errors.ts";
import { recordOf } from "../model/record.ts";
import { listsOf, recordsIn, resourceEntries, textsIn } from "./discovery-lists.ts";
import type { CachedConnection } from "./cached-connection.ts";
import { resourcePath } from "./paths.ts";
import type { Connection, KubeRequest, KubeResponse } from "./port.ts";

/** A CRD that was written here, and is not in discovery at once. */
interface Awaited {
  readonly group: string;
  readonly resource: string;
  readonly versions: readonly string[];
}

/**
 * What discovery answers is kept for a run, but for what the run itself changes: after it wrote a CRD, API groups are
 * asked about again, and the answer is kept once it has the CRD's kind. So they are where the server does not know a
 * path that it has told of.
 */
export function keepDiscovery(given: Connection): CachedConnection {
  const kept = new Map<string, Promise<KubeResponse>>();
  const awaited = new Map<string, Awaited>();
  const forget = (): void => kept.clear();
  const forgetGroups = (): void => {
    for (const key of kept.keys()) if (key.startsWith("/apis")) kept.delete(key);
  };

  function discovered(asked: KubeRequest): Promise<KubeResponse> {
    // Who gives up must not take the answer away from the others.
    const { signal: _own, ...shared } = asked;
    const key = `${asked.path} ${asked.accept ?? ""}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = given.request(shared);
    kept.set(key, answer);
    void keepWhole(key, asked.path, answer);
    return answer;
  }

  /** Of an answer that may be another one soon only those hear who asked at the same moment. */
  async function keepWhole(key: string, path: string, answer: Promise<KubeResponse>): Promise<void> {
    const found = await answer.catch(() => undefined);
    if (kept.get(key) !== answer) return;
    if (found === undefined || isStale(found.body)) kept.delete(key);
    else if ([...awaited.values()].some((crd) => lacks(path, found.body, crd))) kept.delete(key);
    // Whoever asks later hears nothing new of the clock.
    else kept.set(key, Promise.resolve({ status: found.status, body: found.body }));
  }

  async function request(asked: KubeRequest): Promise<KubeResponse> {
    if (asked.method === "GET" && isDiscovery(asked.path)) return await discovered(asked);
    try {
      const answer = await given.request(asked);
      if (changesKinds(asked)) {
        forgetGroups();
        const crd = crdOf(asked, answer);
        const name = `${crd.resource}.${crd.group}`;
        if (asked.method === "DELETE") awaited.delete(name);
        else awaited.set(name, crd);
      }
      return answer;
    } catch (error) {
      if (isApiError(error) && error.status === 404 && isOfNoObject(error.details)) forgetGroups();
      // It may have gone through without an answer.
      if (changesKinds(asked)) forgetGroups();
      throw error;
    }
  }
  return { connection: { ...given, request }, forget };
}

function isDiscovery(path: string): boolean {
  return /^\/(version|api(\/[^/]+)?|apis(\/[^/]+\/[^/]+)?)$/.test(path);
}

function changesKinds({ method, path, query, body }: KubeRequest): boolean {
  if (method === "GET" || resourcePath(path)?.resource !== "customresourcedefinitions") return false;
  return (
    query?.["dryRun"] === undefined &&
    (body as { readonly dryRun?: unknown } | undefined)?.dryRun === undefined
  );
}

/** Its name is `tiers.crd.projectcalico.org`; apiextensions.k8s.io/v1beta1 may have one version only. */
function crdOf({ path }: KubeRequest, { body }: KubeResponse): Awaited {
  const { metadata, spec } = recordOf(body) ?? {};
  const [name = ""] = textsIn([resourcePath(path)?.name ?? recordOf(metadata)?.["name"]]);
  const [resource = "", ...group] = name.split(".");
  const { version, versions } = recordOf(spec) ?? {};
  const listed = recordsIn(versions).filter(({ served }) => served === true);
  const names = versions === undefined ? [version] : listed.map((each) => each["name"]);
  return { resource, group: group.join("."), versions: textsIn(names) };
}

/** An aggregated API does not answer just now: what it serves is left out. */
function isStale(body: unknown): boolean {
  return recordsIn(recordOf(body)?.["items"]).some(({ versions }) =>
    recordsIn(versions).some(({ freshness }) => freshness === "Stale"),
  );
}

/** Whether an answer that should tell of the CRD's kind does not yet. */
function lacks(path: string, body: unknown, { group, resource, versions }: Awaited): boolean {
  const own = versions.find((version) => path === `/apis/${group}/${version}`);
  if (own !== undefined) return !resourceEntries(body).some(({ name }) => name === resource);
  if (path !== "/apis") return false;
  const lists = listsOf(body);
  const there = lists.groups.find(({ name }) => name === group)?.versions ?? [];
  return versions.some((version) => {
    const served = there.find((each) => each.version === version);
    // The older form tells of versions only.
    const entries = served === undefined ? undefined : lists.resources.get(served.groupVersion);
    return served === undefined || entries?.some(({ name }) => name === resource) === false;
  });
}

/** A Status about an object names it; one about a path that is not served does not. */
function isOfNoObject(details: Readonly<Record<string, unknown>> | undefined): boolean {
  return (details?.["name"] ?? "") === "";
}

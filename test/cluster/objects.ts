/** Where objects of a kind live, asked of the server's discovery. */
import { type Api, ApiFailure } from "./api.ts";
import { at, type KubeObject, listAt } from "./kube-object.ts";
import { poll } from "./wait.ts";

const known = new WeakMap<Api, Map<string, { plural: string; namespaced: boolean }>>();

export async function createObject(api: Api, object: KubeObject): Promise<KubeObject> {
  return (await api.ask("POST", await collectionPath(api, object), object)) as KubeObject;
}

/** Made, or replaced by this one where it is there already; CRDs that are there stay as they are, and are served. */
export async function applyObject(api: Api, object: KubeObject): Promise<void> {
  if (object.kind === "CustomResourceDefinition") return await applyDefinition(api, object);
  const created = await api.request("POST", await collectionPath(api, object), object);
  if (created.status < 400) return;
  if (created.status !== 409) throw new ApiFailure(`create ${object.kind} ${object.metadata.name}`, created);
  const path = await objectPath(api, object);
  const resourceVersion = at(await api.ask("GET", path), "metadata", "resourceVersion");
  await api.ask("PUT", path, { ...object, metadata: { ...object.metadata, resourceVersion } });
}

async function applyDefinition(api: Api, object: KubeObject): Promise<void> {
  const { name } = object.metadata;
  const path = await objectPath(api, object);
  await poll(
    async () => {
      const { status, body } = await api.request("GET", path);
      // One that another test left is on its way out.
      if (status === 200) return at(body, "metadata", "deletionTimestamp") === undefined;
      await createObject(api, object);
      return true;
    },
    { what: `the definition ${name}` },
  );
  await served(api, object);
}

/** "Established" is said a moment before the kind is served; until then its objects are answered with 404. */
async function served(api: Api, { spec }: KubeObject): Promise<void> {
  const kind = at(spec, "names", "kind");
  const versions = listAt(spec, "versions").filter((one) => at(one, "served") === true);
  const names = versions.length === 0 ? [at(spec, "version")] : versions.map((one) => at(one, "name"));
  for (const version of names) {
    const group = `/apis/${String(at(spec, "group"))}/${String(version)}`;
    await poll(
      async () => {
        const { body } = await api.request("GET", group);
        if (!listAt(body, "resources").some((one) => at(one, "kind") === kind)) return false;
        const path = `${group}/${String(at(spec, "names", "plural"))}?limit=1`;
        return (await api.request("GET", path)).status === 200;
      },
      { what: `${String(kind)} served in ${group}` },
    );
  }
}

export async function objectPath(api: Api, object: KubeObject): Promise<string> {
  return `${await collectionPath(api, object)}/${object.metadata.name}`;
}

export async function collectionPath(api: Api, { apiVersion, kind, metadata }: KubeObject): Promise<string> {
  const base = groupPath(apiVersion);
  const { plural, namespaced } = await resourceOf(api, apiVersion, kind);
  return namespaced ? `${base}/namespaces/${metadata.namespace ?? "default"}/${plural}` : `${base}/${plural}`;
}

export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function resourceOf(api: Api, apiVersion: string, kind: string) {
  const cache = known.get(api) ?? new Map<string, { plural: string; namespaced: boolean }>();
  known.set(api, cache);
  const key = `${apiVersion} ${kind}`;
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const list = listAt(await api.ask("GET", groupPath(apiVersion)), "resources");
  const found = list.find(
    (resource) => at(resource, "kind") === kind && !String(at(resource, "name")).includes("/"),
  );
  if (found === undefined) throw new Error(`${apiVersion} has no ${kind} on this server`);
  const resource = { plural: String(at(found, "name")), namespaced: at(found, "namespaced") === true };
  cache.set(key, resource);
  return resource;
}

/** Looks on while a command runs, by watch events of its own: every moment is held against the invariants. */
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { watch } from "../cluster/wait.ts";
import { type Allowed, servedNodes, violations } from "./invariants.ts";

export interface Watcher {
  /** Ends it when everything that has happened until now was seen; what was broken, each once. */
  readonly end: () => Promise<readonly string[]>;
}

const nodesPath = "/api/v1/nodes";
const podsPath = "/api/v1/namespaces/kube-system/pods";

export async function startWatcher(cluster: Cluster, allowed: Allowed): Promise<Watcher> {
  const over = new AbortController();
  const broken = new Set<string>();
  const [nodes, pods] = await Promise.all([listed(cluster, nodesPath), listed(cluster, podsPath)]);
  const served = servedNodes(pods.objects);
  const look = (): void => {
    const picture = { nodes: nodes.objects, pods: pods.objects };
    for (const each of violations(picture, served, allowed)) broken.add(each);
  };
  look();
  const working = [nodes, pods].map((kind) => keepUp(cluster, kind, over.signal, look));
  // A test that fails before its end leaves them to the end of the cluster.
  for (const each of working) each.catch(() => undefined);
  return {
    end: async () => {
      await Promise.all([nodes, pods].map((kind) => caughtUp(cluster, kind)));
      over.abort();
      await Promise.all(working);
      return [...broken];
    },
  };
}

interface Kind {
  readonly path: string;
  readonly objects: Map<string, KubeObject>;
  version: string;
  /** Called with each version that was seen. */
  onVersion?: (version: bigint) => void;
}

async function listed(cluster: Cluster, path: string): Promise<Kind> {
  const list = await cluster.api.ask("GET", path);
  const items = listAt(list, "items") as KubeObject[];
  return {
    path,
    objects: new Map(items.map((object) => [object.metadata.name, object])),
    version: String(at(list, "metadata", "resourceVersion")),
  };
}

async function keepUp(cluster: Cluster, kind: Kind, signal: AbortSignal, look: () => void): Promise<void> {
  while (!signal.aborted) {
    for await (const { type, object } of watch(cluster.api, kind.path, kind.version, signal)) {
      const { name, resourceVersion = "0" } = object.metadata;
      if (type === "DELETED") kind.objects.delete(name);
      else kind.objects.set(name, object);
      kind.version = resourceVersion;
      look();
      kind.onVersion?.(BigInt(resourceVersion));
    }
  }
}

/** A change of our own that comes by says that all before it did. */
async function caughtUp(cluster: Cluster, kind: Kind): Promise<void> {
  const [name] = kind.objects.keys();
  if (name === undefined) return;
  const touch = { metadata: { annotations: { "calico-upgrade.test/seen": String(Math.random()) } } };
  const { status, body } = await cluster.request("PATCH", `${kind.path}/${name}`, touch);
  if (status >= 400) return;
  const wanted = BigInt(String(at(body, "metadata", "resourceVersion")));
  const { promise, resolve } = Promise.withResolvers<void>();
  kind.onVersion = (version) => {
    if (version >= wanted) resolve();
  };
  if (BigInt(kind.version) < wanted) await promise;
}

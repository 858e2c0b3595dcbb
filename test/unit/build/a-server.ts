/** An API server in this process, for what only looks: it answers from a list of objects and takes no write. */
import type { Connection, KubeRequest, KubeResponse } from "../../../src/cluster/port.ts";
import { apiError } from "../../../src/errors.ts";
import { splitApiVersion, type KubeObject } from "../../../src/model/kube.ts";
import { serverMerge } from "../merge/server-merge.ts";

export interface ServerSpec {
  /** `v1.29.14` */
  readonly version: string;
  readonly objects: readonly KubeObject[];
  /** Kinds that are served although there is no object of them, as `apiVersion Kind`. */
  readonly serves?: readonly string[];
  /** What admission says of a write that is tried; undefined: nothing against it. */
  readonly admits?: (object: KubeObject) => string | undefined;
  /** Rights that this user lacks, as `verb resource`. */
  readonly denied?: readonly string[];
}

export interface AServer {
  readonly connection: Connection;
  /** Writes that were meant, and not only tried. */
  readonly written: readonly string[];
}

const clusterScoped =
  /^(Node|Namespace|CustomResourceDefinition|PriorityClass|ThirdPartyResource|Cluster\w+)$/;
const always = [
  "v1 Node",
  "v1 Pod",
  "v1 Namespace",
  "v1 Event",
  "v1 ConfigMap",
  "v1 Service",
  "v1 Secret",
  "v1 ServiceAccount",
  "apps/v1 DaemonSet",
  "apps/v1 Deployment",
  "apps/v1 ReplicaSet",
  "apps/v1 ControllerRevision",
  "apps/v1 StatefulSet",
  "networking.k8s.io/v1 NetworkPolicy",
  "rbac.authorization.k8s.io/v1 ClusterRole",
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
  "rbac.authorization.k8s.io/v1 Role",
  "rbac.authorization.k8s.io/v1 RoleBinding",
  "apiextensions.k8s.io/v1 CustomResourceDefinition",
  "policy/v1 PodDisruptionBudget",
  "batch/v1 Job",
];

export function aServer({ version, objects, serves = [], admits, denied = [] }: ServerSpec): AServer {
  const written: string[] = [];
  const kinds = new Map(
    [
      ...always,
      ...serves,
      ...objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`),
      ...objects.flatMap(servedBy),
    ].map((text) => {
      const [apiVersion = "", kind = ""] = text.split(" ");
      return [`${apiVersion}/${pluralOf(kind)}`, { apiVersion, kind }] as const;
    }),
  );
  const request = (asked: KubeRequest): Promise<KubeResponse> => {
    try {
      return Promise.resolve({ status: 200, body: answer(asked) });
    } catch (error) {
      return Promise.reject(error);
    }
  };

  function answer(asked: KubeRequest): unknown {
    const { method, path, body } = asked;
    if (path === "/version") return { major: "1", minor: version.split(".")[1], gitVersion: version };
    if (path === "/api") return { versions: ["v1"] };
    if (path === "/apis") return groupList();
    const listed = [...kinds.values()].filter(
      ({ apiVersion }) => path === `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`,
    );
    if (listed.length > 0) return { resources: listed.map(resourceOf) };
    if (path.startsWith("/apis/authorization.k8s.io/")) return review(body);
    const place = placeOf(path);
    if (place === undefined) throw notFound(path);
    const own = objects.filter(
      ({ apiVersion, kind, metadata }) =>
        kind === place.kind &&
        sameGroup(apiVersion, place.apiVersion) &&
        (place.namespace === undefined || metadata.namespace === place.namespace),
    );
    const found = own.find(({ metadata }) => metadata.name === place.name);
    if (method === "GET") {
      if (place.name === undefined)
        return { metadata: { resourceVersion: "1" }, items: own.filter((each) => isSelected(each, asked)) };
      if (found === undefined) throw notFound(path);
      return found;
    }
    const { dryRun } = (body ?? {}) as { readonly dryRun?: readonly string[] };
    if (asked.query?.["dryRun"] !== "All" && dryRun?.includes("All") !== true) {
      written.push(`${method} ${path}`);
      throw new Error(`nothing may be written: ${method} ${path}`);
    }
    if (method === "DELETE") return found;
    const made = { ...found, ...(serverMerge(found, body) as KubeObject) };
    const refused = admits?.(made);
    if (refused !== undefined) throw apiError({ status: 403, reason: "Forbidden", message: refused });
    return made;
  }

  function groupList(): unknown {
    const versions = [...new Set([...kinds.values()].map(({ apiVersion }) => apiVersion))].filter((each) =>
      each.includes("/"),
    );
    const byGroup = Map.groupBy(versions, (each) => splitApiVersion(each).group);
    return {
      groups: [...byGroup].map(([name, own]) => {
        const all = own.map((groupVersion) => ({
          groupVersion,
          version: splitApiVersion(groupVersion).version,
        }));
        return { name, versions: all, preferredVersion: all[0] };
      }),
    };
  }

  function review(body: unknown): unknown {
    const { resourceAttributes } = (
      body as { spec: { resourceAttributes: { verb: string; resource: string } } }
    ).spec;
    const { verb, resource } = resourceAttributes;
    const isDenied = denied.includes(`${verb} ${resource}`) || (verb === "*" && denied.length > 0);
    return { status: { allowed: !isDenied } };
  }

  function placeOf(
    path: string,
  ):
    | { apiVersion: string; kind: string; namespace: string | undefined; name: string | undefined }
    | undefined {
    const [, group, apiVersion = "", rest = ""] =
      /^\/(apis)\/([^/]+\/[^/]+)\/(.*)$/.exec(path) ?? /^\/(api)\/(v1)\/(.*)$/.exec(path) ?? [];
    if (group === undefined) return undefined;
    const [, namespace, inside = rest] = /^namespaces\/([^/]+)\/(.+)$/.exec(rest) ?? [];
    const [resource = "", name] = inside.split("/");
    const kind = kinds.get(`${apiVersion}/${resource}`);
    return kind === undefined ? undefined : { ...kind, namespace, name };
  }

  return {
    written,
    connection: {
      server: "https://test.example",
      namespace: "kube-system",
      namespaceGiven: false,
      request,
      async *stream({ signal }) {
        // Nothing ever changes here.
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
        yield* [];
      },
      close: () => {},
    },
  };
}

/** What a CRD adds. */
function servedBy({ kind, spec }: KubeObject): readonly string[] {
  if (kind !== "CustomResourceDefinition") return [];
  const {
    group,
    names,
    version,
    versions = [],
  } = spec as {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly version?: string;
    readonly versions?: readonly { readonly name: string }[];
  };
  const all = versions.length > 0 ? versions.map(({ name }) => name) : [version ?? "v1"];
  return all.map((each) => `${group}/${each} ${names.kind}`);
}

function resourceOf({ kind }: { readonly kind: string }): unknown {
  return {
    name: pluralOf(kind),
    kind,
    namespaced: !clusterScoped.test(kind),
    verbs: ["get", "list", "watch"],
  };
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("cy")) return `${name.slice(0, -1)}ies`;
  return name.endsWith("ss") ? `${name}es` : `${name}s`;
}

/** One object is served in several versions of its group. */
function sameGroup(a: string, b: string): boolean {
  return splitApiVersion(a).group === splitApiVersion(b).group;
}

function isSelected({ metadata }: KubeObject, { query }: KubeRequest): boolean {
  const selector = query?.["labelSelector"];
  const named = /^metadata\.name=(.*)$/.exec(String(query?.["fieldSelector"] ?? ""))?.[1];
  if (named !== undefined && metadata.name !== named) return false;
  if (typeof selector !== "string") return true;
  const [, key = "", values = ""] = /^(\S+) in \((.*)\)$/.exec(selector) ?? [];
  if (key !== "") return values.split(",").includes(metadata.labels?.[key] ?? "");
  return selector.split(",").every((each) => {
    const [label = "", value] = each.split("=");
    return metadata.labels?.[label] === value;
  });
}

function notFound(path: string): Error {
  return apiError({ status: 404, reason: "NotFound", message: `${path} not found` });
}

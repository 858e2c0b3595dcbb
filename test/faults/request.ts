/** What a request to an API server is about, told by its method and path alone. */

export interface RequestClass {
  /** As RBAC has it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`. */
  readonly verb: string;
  /** `nodes`, `deployments/scale`; of what is no resource the path: `/version`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** The server keeps it: no read, no dry run, no access review; an Event is sent beside the run, and changes nothing. */
  readonly writes: boolean;
}

const changing: Readonly<Record<string, string>> = {
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** `path` with its query. */
export function classify(method: string, path: string): RequestClass {
  const { pathname, searchParams } = new URL(path, "https://server");
  const [, group, inGroup] = /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
  if (inGroup === undefined) {
    return { verb: "get", resource: pathname, namespace: undefined, name: undefined, writes: false };
  }
  const parts = inGroup.split("/");
  const namespace = parts[0] === "namespaces" && parts.length > 2 ? parts[1] : undefined;
  const [plural = "", name, subresource] = namespace === undefined ? parts : parts.slice(2);
  const watches = ["true", "1"].includes(searchParams.get("watch") ?? "");
  const read = watches ? "watch" : name === undefined ? "list" : "get";
  const verb = changing[method] ?? read;
  return {
    verb: verb === "delete" && name === undefined ? "deletecollection" : verb,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace,
    name,
    writes:
      method in changing &&
      !searchParams.has("dryRun") &&
      group !== "authorization.k8s.io" &&
      plural !== "events",
  };
}

/** `patch nodes`: what faults are tried on. */
export function className({ verb, resource }: RequestClass): string {
  return `${verb} ${resource}`;
}

/** `patch nodes/node-01`, for messages. */
export function requestText(request: RequestClass): string {
  return request.name === undefined ? className(request) : `${className(request)}/${request.name}`;
}

import { movedKinds, newGroup, oldNamespace } from "../../data/kinds.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import type { RoleCommand } from "../../model/program.ts";
import { rightKey, type NeededRight } from "../../model/right.ts";
import { drainRights } from "../../plan/drain/permissions.ts";
import { rightsOfSteps } from "../../plan/upgrade/permissions.ts";
import { upstreamClusterRoleBindings, upstreamClusterRoles } from "../../releases/role-names.ts";
import type { StepId } from "../../plan/upgrade/plan.ts";
import { rightsOfFile } from "./file-rights.ts";
import { readRights, statusRights } from "./read-rights.ts";

export interface RolePlace {
  readonly namespace: string;
  readonly daemonSet: string;
}

const rbac = "rbac.authorization.k8s.io";

const steps: Readonly<Record<Exclude<RoleCommand, "status" | "preflight">, readonly StepId[]>> = {
  node: ["template", "nodes"],
  controller: ["controller"],
  configmap: ["configmap", "controller", "template", "nodes"],
  "migrate-policy": ["policy"],
  "migrate-data": ["data"],
  apply: ["policy", "data", "expand", "typha", "controller", "configmap", "template", "nodes", "contract"],
  undo: ["policy", "data", "expand", "typha", "controller", "configmap", "template", "nodes", "contract"],
};

/** What is done with the objects of a file: some commands only look whether they are there. */
const fileVerbs: Readonly<Record<keyof typeof steps, readonly string[]>> = {
  node: ["get"],
  controller: ["get"],
  configmap: ["get"],
  "migrate-policy": [],
  "migrate-data": [],
  apply: ["get", "create", "patch", "delete"],
  undo: ["get", "create", "patch", "delete"],
};

/**
 * All that a command may ask the API server for, on whatever cluster: what its checks read, and what its steps write.
 * What a cluster-wide right gives is not named once more for a namespace.
 */
export function rightsOfCommand(
  command: RoleCommand,
  place: RolePlace,
  objects: readonly ManifestObject[] = [],
  {
    drains = false,
    disableEviction = false,
  }: { readonly drains?: boolean; readonly disableEviction?: boolean } = {},
): readonly NeededRight[] {
  if (command === "status") return once(statusRights(place.namespace));
  const read = readRights(place.namespace);
  if (command === "preflight") return once(read);
  const written = rightsOfSteps(steps[command], {
    ...place,
    workloads: "apps",
    policies: "networking.k8s.io",
  });
  const drain = drains ? drainRights(disableEviction) : [];
  const ofFile = rightsOfFile(objects, place.namespace, fileVerbs[command]);
  return once([...read, ...written, ...besides(command, place), ...ofFile, ...drain]);
}

/** What is asked beside the writes: whether the server would take a pod, and what a crashed one said. */
function besides(command: RoleCommand, { namespace, daemonSet }: RolePlace): readonly NeededRight[] {
  const own = (group: string, resource: string, ...verbs: readonly string[]): readonly NeededRight[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }));
  const wide = (group: string, resource: string, ...verbs: readonly string[]): readonly NeededRight[] =>
    verbs.map((verb) => ({ verb, group, resource }));
  // A pod is noted which values it started with (hazard H25).
  const pods = [...own("", "pods", "get", "create", "patch"), ...own("", "pods/log", "get")];
  // What a file's template needs is looked for before it is used (hazard H05).
  const surroundings = [
    ...wide("apiextensions.k8s.io", "customresourcedefinitions", "get"),
    ...wide(rbac, "clusterroles", "get"),
    ...wide(rbac, "clusterrolebindings", "get"),
    ...own(rbac, "roles", "get"),
    ...own(rbac, "rolebindings", "get"),
    ...own("", "serviceaccounts", "get"),
    ...own("", "services", "get"),
  ];
  const controller = [
    ...own("apps", "deployments", "delete"),
    ...own("apps", "deployments/scale", "patch"),
    ...own("apps", "replicasets", "create", "patch", "delete"),
    ...own("apps", "replicasets/scale", "patch"),
    ...wide("authorization.k8s.io", "subjectaccessreviews", "create"),
    // With the etcd datastore a run reports what changed while no controller ran.
    ...wide("", "namespaces", "watch"),
    ...wide("", "pods", "watch"),
    ...wide("networking.k8s.io", "networkpolicies", "watch"),
  ];
  const daemonSets = own("apps", "daemonsets", "get", "list", "watch");
  const lease = [
    ...daemonSets,
    { verb: "patch", group: "apps", resource: "daemonsets", namespace, names: [daemonSet] },
  ];
  const data = (newVerbs: readonly string[], oldVerbs: readonly string[]): readonly NeededRight[] =>
    movedKinds.flatMap(({ new: { resource }, old }) => [
      ...wide(newGroup, resource, ...newVerbs),
      ...old.groups.flatMap((group) =>
        oldVerbs.map((verb) => ({ verb, group, resource: old.resource, namespace: oldNamespace })),
      ),
    ]);
  const brought = ["get", "list", "watch", "create", "patch"];
  const policies = (...verbs: readonly string[]) => wide("networking.k8s.io", "networkpolicies", ...verbs);
  switch (command) {
    case "status":
    case "preflight":
      return [];
    case "node":
      return [...pods, ...surroundings, ...lease];
    case "controller":
      return [...pods, ...surroundings, ...lease, ...controller];
    case "configmap":
      return [...pods, ...own("", "services", "get"), ...lease, ...controller];
    case "migrate-policy":
      return [...policies("get"), ...daemonSets];
    case "migrate-data":
      // --finish deletes the old ones.
      return [...data(brought, ["get", "delete"]), ...daemonSets];
    case "apply":
    case "undo":
      return [
        ...pods,
        ...surroundings,
        ...controller,
        ...lease,
        ...(command === "apply"
          ? data(brought, ["get"])
          : data([...brought, "delete"], ["get", "create", "delete"])),
        ...(command === "apply" ? policies("get") : policies("get", "patch")),
        ...manifestRights(namespace),
      ];
  }
}

/** The kinds of upstream's manifests; what else a file has is added where it is given. */
function manifestRights(namespace: string): readonly NeededRight[] {
  const kinds: readonly (readonly [
    group: string,
    resource: string,
    names: readonly string[] | "own" | "any",
  ])[] = [
    ["apiextensions.k8s.io", "customresourcedefinitions", "any"],
    [rbac, "clusterroles", upstreamClusterRoles],
    [rbac, "clusterrolebindings", upstreamClusterRoleBindings],
    [rbac, "roles", "own"],
    [rbac, "rolebindings", "own"],
    ["", "serviceaccounts", "own"],
    ["", "configmaps", "own"],
    ["", "services", "own"],
    ["policy", "poddisruptionbudgets", "own"],
    ["apps", "deployments", "own"],
    ["apps", "daemonsets", "own"],
  ];
  return kinds.flatMap(([group, resource, which]) =>
    ["get", "create", "patch", "delete"].map((verb): NeededRight => ({
      verb,
      group,
      resource,
      ...(which === "own" ? { namespace } : {}),
      ...(typeof which === "string" || verb === "create" ? {} : { names: which }),
    })),
  );
}

/** Each right once, on all names together; one for named objects, or for a namespace, not where the whole is there. */
function once(rights: readonly NeededRight[]): readonly NeededRight[] {
  const keyOf = (right: NeededRight): string => `${rightKey(right)} ${String(right.names === undefined)}`;
  const all = new Map(
    [...Map.groupBy(rights, keyOf)].map(([key, [first, ...more]]) => {
      if (first?.names === undefined) return [key, first as NeededRight];
      const names = new Set([...first.names, ...more.flatMap((each) => each.names ?? [])]);
      return [key, { ...first, names: [...names] }];
    }),
  );
  return [...all.values()].filter((right) => {
    const { names, namespace, ...plain } = right;
    const unnamed = namespace === undefined ? plain : { ...plain, namespace };
    const wider = [...(names === undefined ? [] : [unnamed]), ...(namespace === undefined ? [] : [plain])];
    return !wider.some((each) => all.has(keyOf(each)));
  });
}

import { unnamed, type NeededRight } from "../../model/right.ts";
import { upstreamClusterRoleBindings, upstreamClusterRoles } from "../../releases/role-names.ts";
import { rightsOf } from "../node/permissions.ts";
import type { StepId } from "./plan.ts";

const rbac = "rbac.authorization.k8s.io";

/** Where an install is: the namespace of its objects, and its DaemonSet. */
interface InstallLocation {
  readonly namespace: string;
  readonly daemonSet: string;
  /** The group that serves DaemonSets and Deployments here. */
  readonly workloads: "apps" | "extensions";
  readonly policies: "networking.k8s.io" | "extensions";
}

/** Which cluster a bundle is from, told by the UID of this namespace: nothing is written without it. */
const clusterIdentity: NeededRight = {
  verb: "get",
  group: "",
  resource: "namespaces",
  names: ["kube-system"],
};

/** What the steps of an upgrade may ask the API server for, each right once. */
export function rightsOfSteps(steps: readonly StepId[], place: InstallLocation): readonly NeededRight[] {
  const all = new Map<string, NeededRight>();
  const writing = steps.some((step) => step !== "kubernetes" && step !== "complete");
  for (const right of [
    ...(writing ? [clusterIdentity] : []),
    ...[...new Set(steps)].flatMap((step) => rightsOfStep(step, place)),
  ])
    all.set(JSON.stringify(right), right);
  return [...all.values()];
}

function rightsOfStep(step: StepId, place: InstallLocation): readonly NeededRight[] {
  const { namespace, daemonSet, workloads, policies } = place;
  const own = (group: string, resource: string, ...verbs: readonly string[]): readonly NeededRight[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }));
  const wide = (group: string, resource: string, ...verbs: readonly string[]): readonly NeededRight[] =>
    verbs.map((verb) => ({ verb, group, resource }));
  const daemonSets = (...verbs: readonly string[]): readonly NeededRight[] =>
    own(workloads, "daemonsets", ...verbs).map((right) =>
      right.verb === "patch" ? { ...right, names: [daemonSet] } : right,
    );
  const named = (resource: string, names: readonly string[], ...verbs: readonly string[]) =>
    verbs.map((verb): NeededRight => ({ verb, group: rbac, resource, names }));
  const roles = [
    ...named("clusterroles", upstreamClusterRoles, "get", "patch"),
    ...named("clusterrolebindings", upstreamClusterRoleBindings, "get", "patch"),
    // The name of what is created is not known to the server when it authorizes.
    ...wide(rbac, "clusterroles", "create"),
    ...wide(rbac, "clusterrolebindings", "create"),
    // Nobody gives rights that he does not hold, but for these two (hazard H27).
    ...named("clusterroles", [unnamed, ...upstreamClusterRoles], "escalate"),
    ...named("clusterroles", upstreamClusterRoles, "bind"),
  ];
  switch (step) {
    case "kubernetes":
    case "complete":
      return [];
    case "policy":
      return [
        ...wide("", "namespaces", "list", "watch", "patch"),
        ...wide(policies, "networkpolicies", "list", "watch", "create", "delete"),
      ];
    case "data":
      return wide("apiextensions.k8s.io", "customresourcedefinitions", "get", "watch", "create");
    case "expand":
      return [
        ...wide(
          "apiextensions.k8s.io",
          "customresourcedefinitions",
          "get",
          "list",
          "watch",
          "create",
          "patch",
        ),
        ...own("", "serviceaccounts", "get", "create", "patch"),
        ...own("", "configmaps", "get", "create", "patch"),
        ...roles,
      ];
    case "typha":
      return [
        ...own(workloads, "deployments", "get", "list", "watch", "create", "patch"),
        ...own("", "services", "get", "create", "patch"),
      ];
    case "controller":
      return [
        ...own(workloads, "deployments", "get", "list", "watch", "create", "patch"),
        ...own("", "pods", "list", "watch"),
        ...daemonSets("watch", "patch"),
      ];
    case "configmap":
      return own("", "configmaps", "get", "patch");
    case "template":
      return daemonSets("get", "patch");
    case "nodes":
      return nodeRights(namespace, daemonSet, workloads);
    case "contract":
      return [...roles, ...own("", "configmaps", "get", "patch"), ...daemonSets("get", "patch")];
  }
}

/** Every node is touched, so no names are given. */
function nodeRights(namespace: string, daemonSet: string, group: string): readonly NeededRight[] {
  const core = { group: "", version: "v1" };
  const places = {
    nodes: { ...core, resource: "nodes", kind: "Node" },
    pods: { ...core, resource: "pods", kind: "Pod" },
    daemonSets: { group, version: "v1", resource: "daemonsets", kind: "DaemonSet" },
  };
  return rightsOf({ nodes: [], pulls: true }, places, namespace, daemonSet).map(({ names, ...right }) =>
    names === undefined || names.length === 0 ? right : { ...right, names },
  );
}

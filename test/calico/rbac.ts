/** ServiceAccounts, ClusterRoles and their bindings. */
import type { KubeObject } from "../cluster/kube-object.ts";
import { controllerAccount, nodeAccount } from "./accounts.ts";
import { namespace } from "./config.ts";
import { cniRules, controllerRules } from "./controller-rules.ts";
import { type Era, inEra } from "./era.ts";
import { nodeRules } from "./node-rules.ts";
import type { Rule } from "./rules.ts";

export function rbac(era: Era): KubeObject[] {
  const { from, flavour } = era;
  // Before v2.2 the pods ran as the default ServiceAccount, and clusters without RBAC.
  if (!from("2.2")) return [];
  const objects: KubeObject[] = [];
  const controller = controllerAccount(era);
  if (controller !== undefined) {
    objects.push(
      account(controller),
      role(era, controller, controllerRules(era)),
      binding(era, controller, controller),
    );
  }
  const node = nodeAccount(era);
  objects.push(account(node), role(era, "calico-node", nodeRules(era)));
  objects.push(binding(era, flavour === "canal" ? "canal-calico" : "calico-node", "calico-node", node));
  if (flavour === "canal") {
    objects.push(role(era, "flannel", flannelRules), binding(era, "canal-flannel", "flannel", node));
  }
  if (from("3.26")) {
    const cni = "calico-cni-plugin";
    objects.push(account(cni), role(era, cni, cniRules(era)), binding(era, cni, cni));
  }
  if (from("3.29")) {
    const getter = "calico-tier-getter";
    objects.push(role(era, getter, [{ groups: ["projectcalico.org"], resources: ["tiers"], verbs: "get" }]));
    objects.push({
      ...binding(era, getter, getter),
      subjects: [
        { apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "system:kube-controller-manager" },
      ],
    });
  }
  return objects;
}

const flannelRules: readonly Rule[] = [
  { groups: [""], resources: ["pods"], verbs: "get" },
  { groups: [""], resources: ["nodes"], verbs: "list watch" },
  { groups: [""], resources: ["nodes/status"], verbs: "patch" },
];

function account(name: string): KubeObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } };
}

function apiVersion({ from }: Era): string {
  return `rbac.authorization.k8s.io/${from("3.8") ? "v1" : "v1beta1"}`;
}

function role(era: Era, name: string, rules: readonly Rule[]): KubeObject {
  return {
    apiVersion: apiVersion(era),
    kind: "ClusterRole",
    metadata: { name },
    rules: inEra(era, rules).map(({ groups, resources, verbs, names }) => ({
      apiGroups: groups,
      resources,
      ...(names === undefined ? {} : { resourceNames: names }),
      verbs: verbs.split(" "),
    })),
  };
}

function binding(era: Era, name: string, roleName: string, subject: string = roleName): KubeObject {
  return {
    apiVersion: apiVersion(era),
    kind: "ClusterRoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
    subjects: [{ kind: "ServiceAccount", name: subject, namespace }],
  };
}

import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { runCli } from "../../../src/cli.ts";
import { listedKinds, type ListedKind } from "../../../src/model/listed-kinds.ts";
import { roleCommands } from "../../../src/model/program.ts";
import type { NeededRight } from "../../../src/model/right.ts";
import { rightsOfSteps } from "../../../src/plan/upgrade/permissions.ts";
import { testContext } from "../flags/test-context.ts";

interface Role {
  readonly kind: "ClusterRole" | "Role";
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const secret = `
apiVersion: v1
kind: Secret
metadata: {name: calico-etcd-secrets, namespace: kube-system}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: mice.example.org}
spec: {group: example.org, names: {kind: Mouse, plural: mice}, scope: Cluster, versions: []}
---
apiVersion: example.org/v1
kind: Mouse
metadata: {name: jerry}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: mine}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: mine}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: mine}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: inner, namespace: kube-system}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: inner}
`;

async function printed(...args: readonly string[]) {
  const { context, stdout, stderr } = testContext({
    readFile: () => Promise.resolve(secret),
    connect: () => Promise.reject(new Error("no cluster is asked")),
  });
  const exitCode = await runCli(["preflight", ...args], context);
  const roles = (): readonly Role[] =>
    parseAllDocuments(stdout()).map((document) => document.toJSON() as Role);
  return { exitCode, stdout: stdout(), stderr: stderr(), roles };
}

/** As the RBAC authorizer answers. */
function gives(roles: readonly Role[], { verb, group, resource, namespace, names }: NeededRight): boolean {
  return roles.some(
    ({ kind, metadata, rules }) =>
      (kind === "ClusterRole" || metadata.namespace === namespace) &&
      rules.some(
        (rule) =>
          rule.apiGroups.includes(group) &&
          rule.resources.includes(resource) &&
          rule.verbs.includes(verb) &&
          (rule.resourceNames === undefined ||
            names?.every((name) => rule.resourceNames?.includes(name)) === true),
      ),
  );
}

test("how much a role amounts to is said in one line with it, and why", async () => {
  const said = async (command: string): Promise<readonly string[]> =>
    (await printed(`--print-role=${command}`)).stdout
      .split("\n")
      .filter((line) => /^# (?:This role|Its user)/.test(line));
  for (const command of ["apply", "undo"])
    expect(await said(command)).toEqual([
      "# This role amounts to cluster-admin: its user can create ClusterRoles with any right and bind them. The API limits escalate and bind to names, but neither creations nor what a role contains.",
    ]);
  for (const command of ["node", "controller", "configmap"])
    expect(await said(command)).toEqual([
      "# Its user can act as every ServiceAccount in kube-system, because pods can be started as any of them.",
    ]);
  for (const command of ["status", "preflight"]) expect(await said(command)).toEqual([]);
});

test("who upgrades with a printed role can change and give no role but Calico's, and those of the file", async () => {
  const rbac = "rbac.authorization.k8s.io";
  for (const command of ["apply", "undo"]) {
    const { roles } = await printed(`--print-role=${command}`, "-f", "calico.yaml");
    const mayOn = (verb: string, resource: string, name: string, namespace?: string) =>
      gives(roles(), {
        verb,
        group: rbac,
        resource,
        names: [name],
        ...(namespace === undefined ? {} : { namespace }),
      });
    for (const verb of ["patch", "delete", "escalate", "bind"]) {
      expect([verb, mayOn(verb, "clusterroles", "calico-node")]).toEqual([verb, true]);
      expect([verb, mayOn(verb, "clusterroles", "cluster-admin")]).toEqual([verb, false]);
    }
    for (const verb of ["patch", "delete"]) {
      expect(mayOn(verb, "clusterrolebindings", "calico-node")).toBe(true);
      expect(mayOn(verb, "clusterrolebindings", "cluster-admin")).toBe(false);
    }
    // The name of what is created is not known to the server when it authorizes: escalate goes without one as well.
    expect(mayOn("escalate", "clusterroles", "")).toBe(true);
    expect(mayOn("bind", "clusterroles", "")).toBe(false);
    // Of the file.
    expect(mayOn("escalate", "clusterroles", "mine")).toBe(true);
    expect(mayOn("bind", "clusterroles", "mine")).toBe(true);
    expect(mayOn("bind", "roles", "inner", "kube-system")).toBe(true);
  }
});

test("migrate-data --finish deletes the old objects, and undo makes them again", async () => {
  const old = { group: "projectcalico.org", resource: "globalconfigs", namespace: "kube-system" };
  const mayOf = async (command: string) => {
    const { roles } = await printed(`--print-role=${command}`);
    return ["create", "delete"].map((verb) => gives(roles(), { verb, ...old }));
  };
  expect(await mayOf("migrate-data")).toEqual([false, true]);
  expect(await mayOf("undo")).toEqual([true, true]);
  expect(await mayOf("apply")).toEqual([false, false]);
});

test("the role of a command is YAML with the lines that bind it, and no cluster is asked", async () => {
  const { exitCode, stdout, stderr } = await printed("--print-role=status");
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(`# What kubectl calico-upgrade status asks the API server for. Apply it, and bind it:
#   kubectl create clusterrolebinding calico-upgrade-status --clusterrole=calico-upgrade-status --user=USER
#   kubectl create rolebinding calico-upgrade-status -n kube-system --role=calico-upgrade-status --user=USER
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: calico-upgrade-status
rules:
- apiGroups: [""]
  resources: ["nodes"]
  verbs: ["get","list","watch"]
- apiGroups: ["operator.tigera.io"]
  resources: ["installations"]
  verbs: ["get"]
- apiGroups: ["crd.projectcalico.org"]
  resources: ["ippools","felixconfigurations"]
  verbs: ["list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: calico-upgrade-status
  namespace: kube-system
rules:
- apiGroups: [""]
  resources: ["pods","configmaps"]
  verbs: ["get","list","watch"]
- apiGroups: ["apps"]
  resources: ["daemonsets","controllerrevisions","deployments","replicasets"]
  verbs: ["get","list","watch"]
- apiGroups: [""]
  resources: ["events"]
  verbs: ["list"]
`);
});

test("without a value: the roles of every command, each under its own name", async () => {
  const { roles } = await printed("--print-role");
  expect([...new Set(roles().map(({ metadata }) => metadata.name))]).toEqual(
    roleCommands.map((command) => `calico-upgrade-${command}`),
  );
});

describe.each(roleCommands)("%s", (command) => {
  test("gives no Secret, no wildcard and nothing in other namespaces than Calico's", async () => {
    const { roles } = await printed(`--print-role=${command}`);
    for (const { metadata, rules } of roles()) {
      expect([undefined, "kube-system"]).toContain(metadata.namespace);
      for (const { apiGroups, resources, verbs } of rules) {
        expect([...apiGroups, ...resources, ...verbs]).not.toContain("*");
        expect(resources).not.toContain("secrets");
      }
    }
  });

  test("who only reads may change nothing", async () => {
    const { roles } = await printed(`--print-role=${command}`);
    const verbs = new Set(roles().flatMap(({ rules }) => rules.flatMap((rule) => rule.verbs)));
    const writes = ["create", "patch", "update", "delete"].filter((verb) => verbs.has(verb));
    expect(writes.length === 0).toBe(command === "status" || command === "preflight");
  });
});

test("every kind that a check lists is in the role of preflight: none is unknown for want of a right", async () => {
  const { roles } = await printed("--print-role=preflight");
  const kinds: readonly ListedKind<unknown>[] = Object.values(listedKinds);
  for (const { resource, groups } of kinds)
    for (const group of groups)
      expect(
        gives(roles(), { verb: "list", group, resource, namespace: "kube-system" }),
        `${resource}.${group}`,
      ).toBe(true);
});

test("what S05 asks before the first write is in the role of the command", async () => {
  const place = {
    namespace: "kube-system",
    daemonSet: "calico-node",
    policies: "networking.k8s.io",
  } as const;
  const asked = {
    node: ["template", "nodes"],
    controller: ["controller"],
    configmap: ["configmap"],
    "migrate-policy": ["policy"],
    "migrate-data": ["data"],
    apply: ["expand", "typha", "controller", "configmap", "template", "nodes", "contract"],
    undo: ["expand", "typha", "controller", "configmap", "template", "nodes", "contract"],
  } as const;
  for (const [command, steps] of Object.entries(asked)) {
    const { roles } = await printed(`--print-role=${command}`);
    for (const right of rightsOfSteps(steps, { ...place, workloads: "apps" }))
      expect(gives(roles(), right), `${command}: ${JSON.stringify(right)}`).toBe(true);
  }
});

test("-f adds what is in the file, by the plurals of its own CRDs; --daemonset and -n say where Calico is", async () => {
  const { roles } = await printed("--print-role=apply", "-f", "calico.yaml");
  const create = { verb: "create", group: "", resource: "secrets", namespace: "kube-system" };
  expect(gives(roles(), create)).toBe(true);
  expect(gives(roles(), { verb: "patch", group: "example.org", resource: "mice" })).toBe(true);
  for (const where of [["--daemonset=calico-system/canal"], ["-n", "calico-system"]]) {
    const elsewhere = await printed("--print-role=node", ...where);
    expect(new Set(elsewhere.roles().map(({ metadata }) => metadata.namespace))).toEqual(
      new Set([undefined, "calico-system"]),
    );
  }
});

test("a value after a space is no value, and how it is written is said", async () => {
  const { exitCode, stdout, stderr } = await printed("--print-role", "apply");
  expect([exitCode, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("--print-role=apply");
});

test("a command that there is no role for is refused with those that there are", async () => {
  const { exitCode, stderr } = await printed("--print-role=version");
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("must be one of: status, preflight, node")]);
});

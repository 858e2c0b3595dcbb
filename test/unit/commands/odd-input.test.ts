/**
 * Files that people hand each other and servers that lie: a wrong type, a null, a List in a List, an alias to itself is
 * one clear line that names its place, and never "a bug in calico-upgrade".
 */
import { assert, asyncProperty, constantFrom, nat, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { factsText } from "../../../src/model/facts-file.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { now } from "../build/a-cluster.ts";
import { aServer } from "../build/a-server.ts";
import { testContext } from "../flags/test-context.ts";
import { midway } from "../preflight/mid-upgrade.ts";
import { clusterOf, installs } from "./era-clusters.ts";

const [, install] = Object.entries(installs).at(-1) ?? [];
if (install === undefined) throw new Error("there is no install");
const cluster = clusterOf(install);
const { items } = JSON.parse(cluster.file) as { readonly items: readonly KubeObject[] };
const hosted = (version: string) => hostedCalico({ version }) as unknown as readonly KubeObject[];
const facts: unknown = JSON.parse(
  factsText(
    midway({ old: hosted("v3.29.7"), next: hosted("v3.30.7"), stage: "first node", kubernetes: "v1.31.4" }),
    "v0.0.0",
  ),
);

async function run(command: string, file: string, objects: readonly KubeObject[] = cluster.objects) {
  const { connection } = aServer({ version: cluster.kubernetes, objects, serves: cluster.serves });
  const { context, stdout, stderr } = testContext({
    connect: () => Promise.resolve(connection),
    readFile: () => Promise.resolve(file),
    now: () => now,
  });
  const code = await runCli(command.split(" "), context);
  return { code, stdout: stdout(), stderr: stderr() };
}

type Step = string | number;

function placesOf(value: unknown, at: readonly Step[] = []): readonly (readonly Step[])[] {
  if (typeof value !== "object" || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, each]) => {
    const place = [...at, isList ? Number(key) : key];
    return [place, ...placesOf(each, place)];
  });
}

function withAt(value: unknown, [step, ...rest]: readonly Step[], other: unknown): unknown {
  if (step === undefined) return other;
  if (Array.isArray(value)) return value.map((each, at) => (at === step ? withAt(each, rest, other) : each));
  const record = value as Readonly<Record<string, unknown>>;
  return { ...record, [step]: withAt(record[step], rest, other) };
}

const odd = constantFrom<unknown[]>(null, 5, "text", true, [], {}, [null], { a: null });
const isAll = process.env["TEST_ALL"] !== undefined;

describe("a value of another type at any place is told, and is no bug", () => {
  const list = (objects: unknown): string =>
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const manifests = items.filter(({ kind }) => kind !== "CustomResourceDefinition");

  test.each([
    {
      what: "in a manifest",
      places: placesOf(manifests),
      commands: [
        "plan -f calico.yaml",
        "preflight -f calico.yaml -o wide",
        "apply -f calico.yaml --dry-run=client",
        "node --all -f calico.yaml --dry-run=client",
        "controller -f calico.yaml --dry-run=client",
        "configmap -f calico.yaml --dry-run=client",
        "node node-01 -f calico.yaml --print-missing",
      ],
      call: (command: string, place: readonly Step[], value: unknown) =>
        run(command, list(withAt(manifests, place, value))),
    },
    {
      what: "in a facts file",
      places: placesOf(facts),
      commands: [
        "status --facts=f",
        "preflight --facts=f --to=v3.30.7 -o wide",
        "plan --facts=f --to=v3.30.7",
        "runbook --facts=f --to=v3.30.7",
        "migrate-policy --what-if --facts=f",
      ],
      call: (command: string, place: readonly Step[], value: unknown) =>
        run(command, JSON.stringify(withAt(facts, place, value))),
    },
  ])("$what", { timeout: 600_000 }, async ({ places, commands, call }) => {
    await assert(
      asyncProperty(
        tuple(nat(places.length - 1), odd, constantFrom(...commands)),
        async ([at, value, command]) => {
          const place = places[at] ?? [];
          const { stderr } = await call(command, place, value);
          expect({ command, place, value, told: stderr }).not.toMatchObject({
            told: expect.stringMatching(/this is a bug|TypeError|RangeError/) as string,
          });
          // One line says what is wrong with a file.
          if (/unable to decode|error: --facts: /.test(stderr))
            expect(stderr.trim().split("\n")).toHaveLength(1);
        },
      ),
      { numRuns: isAll ? 5_000 : 120 },
    );
  });
});

describe("a field that is null counts as one that is not there, as the server reads it", () => {
  const of = (kind: string) => items.findIndex((object) => object.kind === kind);
  const template = [of("DaemonSet"), "spec", "template", "spec"] as const;

  test.each<{ place: readonly Step[] }>([
    { place: [of("ConfigMap"), "data", "calico_backend"] },
    { place: [...template, "containers", 0, "env", 0, "value"] },
    { place: [...template, "containers", 0, "readinessProbe"] },
    { place: [...template, "initContainers", 0, "env", 1, "valueFrom", "configMapKeyRef", "name"] },
  ])("$place", async ({ place }) => {
    const file = JSON.stringify({ apiVersion: "v1", kind: "List", items: withAt(items, place, null) });
    for (const command of [
      "plan -f f",
      "node --all -f f --dry-run=client",
      "controller -f f --dry-run=client",
    ])
      expect((await run(command, file)).stderr).not.toMatch(/this is a bug|TypeError/);
  });
});

describe("what is wrong is named with its place", () => {
  const daemonSet = (container: object): string =>
    JSON.stringify({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "calico-node" },
      spec: { template: { spec: { containers: [container] } } },
    });

  test.each([
    [
      "env: [null]",
      daemonSet({ name: "calico-node", env: [null] }),
      "DaemonSet calico-node: spec.template.spec.containers[0].env is a list with null in it, not a list of objects",
    ],
    [
      "a number for an image",
      daemonSet({ name: "calico-node", image: 5 }),
      "DaemonSet calico-node: spec.template.spec.containers[0].image is a number, not text",
    ],
    [
      "a ConfigMap's number",
      JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: 5 } }),
      "ConfigMap c: data holds more than texts",
    ],
    [
      "a List in a List in a List",
      `${'{"apiVersion":"v1","kind":"List","items":['.repeat(3_000)}${"]}".repeat(3_000)}`,
      "Lists within Lists, more than 20 deep",
    ],
    [
      "an object that nests without end",
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"x":${'{"x":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
      "nests more than 150 levels",
    ],
    ["an alias to itself", "apiVersion: v1\nkind: List\nitems: &a\n- *a\n", "error"],
  ])("%s", async (_what, file, told) => {
    const { code, stderr } = await run("plan -f calico.yaml", file);
    expect([code, stderr.trim().split("\n").length]).toEqual([1, 1]);
    expect(stderr).toContain(told);
    expect(stderr).not.toContain("bug");
  });

  test("a Calico policy's selectors are text, and no fault", async () => {
    const spec = {
      selector: "all()",
      namespaceSelector: "has(x)",
      ingress: [{ source: { selector: "a == 'b'" } }],
    };
    const policy = {
      apiVersion: "crd.projectcalico.org/v1",
      kind: "GlobalNetworkPolicy",
      metadata: { name: "p" },
      spec,
    };
    const { stderr } = await run("plan -f calico.yaml", JSON.stringify(policy));
    expect(stderr).not.toContain("unable to decode");
  });

  test.each([
    { apiVersion: "v1", kind: "ConfigMap", data: { env: "a", rules: "b", containers: "c", labels: "d" } },
    { apiVersion: "v1", kind: "Secret", stringData: { command: "a", env: "b" }, data: { rules: "YQ==" } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      endpoints: [{ conditions: { ready: true } }],
    },
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      spec: { rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }] }] },
    },
    {
      apiVersion: "flowcontrol.apiserver.k8s.io/v1",
      kind: "FlowSchema",
      spec: {
        rules: [{ subjects: [{ kind: "ServiceAccount", serviceAccount: { name: "a", namespace: "b" } }] }],
      },
    },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", value: 1000 },
  ])("what others than Calico write into a $kind is no fault", async (object) => {
    const { stderr } = await run(
      "plan -f calico.yaml",
      JSON.stringify({ ...object, metadata: { name: "x" } }),
    );
    expect(stderr).not.toContain("unable to decode");
  });

  test("an image as a volume is no fault", async () => {
    const volumes = [{ name: "v", image: { reference: "quay.io/x:1", pullPolicy: "Always" } }];
    const spec = { template: { spec: { containers: [], volumes } } };
    const set = { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "x" }, spec };
    const { stderr } = await run("plan -f calico.yaml", JSON.stringify(set));
    expect(stderr).not.toContain("unable to decode");
  });

  test("a name in a facts file that no API server accepts", async () => {
    for (const name of ["node-01;reboot", "$(x)", "a b", "Node", "-rf", "a/b", "..", ""]) {
      const text = JSON.stringify(withAt(facts, ["facts", "nodes", "value", 0, "name"], name));
      const { code, stderr } = await run("status --facts=f", text);
      expect([name, code, stderr]).toEqual([
        name,
        1,
        "error: --facts: f has a damaged reading: nodes[0].name is a name that no API server accepts\n",
      ]);
    }
  });

  test.each([
    [["pods", "value", 0, "labels"], "pods[0].labels is missing"],
    [["pods", "value", 0, "created"], "pods[0].created is missing"],
    [["nodes", "value", 0, "taints"], "nodes[0].taints is missing"],
    [
      ["daemonSets", "value", 0, "template", "containers", 0, "image"],
      "daemonSets[0].template.containers[0].image is missing",
    ],
    [["served", "value", "groups"], "served.groups is missing"],
    [["clusterRoleBindings", "value", 0, "role"], "clusterRoleBindings[0].role is missing"],
  ] as const)("a field that facts always have, and a file has not: %s", async (place, told) => {
    const { code, stderr } = await run(
      "status --facts=f",
      JSON.stringify(withAt(facts, ["facts", ...place], undefined)),
    );
    expect([code, stderr]).toEqual([1, `error: --facts: f has a damaged reading: ${told}\n`]);
  });

  test("a server's object of another shape is the server's fault, with its name", async () => {
    const objects = cluster.objects.map((object) =>
      object.kind === "Node" && object.metadata.name === "node-02"
        ? { ...object, status: { conditions: 5 } }
        : object,
    );
    const { stderr } = await run("status", "", objects);
    expect(stderr).toContain(
      "the server sent a Node node-02 that cannot be read: status.conditions is a number",
    );
  });
});

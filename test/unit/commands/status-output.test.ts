import { expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { cordonAnnotation } from "../../../src/model/names.ts";
import { aNode, anUpgradingCluster } from "../build/a-cluster.ts";
import { connectTo, json, status, wireServer } from "../cluster/wire-server.ts";
import { testContext } from "../flags/test-context.ts";

/** The output flags of `status`, from the command line to standard output; the cluster never changes. */

const spec = anUpgradingCluster();
const lists: Readonly<Record<string, unknown>> = {
  nodes: spec.nodes,
  pods: spec.pods,
  configmaps: spec.configMaps,
  daemonsets: spec.daemonSets,
  controllerrevisions: spec.revisions,
  deployments: spec.workloads,
};
const kinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/api/v1": { nodes: "Node", pods: "Pod", configmaps: "ConfigMap" },
  "/apis/apps/v1": {
    daemonsets: "DaemonSet",
    controllerrevisions: "ControllerRevision",
    deployments: "Deployment",
  },
};
const apps = { groupVersion: "apps/v1", version: "v1" };
const answers: Readonly<Record<string, unknown>> = {
  "/version": { gitVersion: "v1.36.4" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: "apps", versions: [apps], preferredVersion: apps }],
  },
};

function answerTo(path: string, objects: typeof lists): unknown {
  const resources = kinds[path];
  if (resources !== undefined) {
    return {
      kind: "APIResourceList",
      groupVersion: path.replace(/^\/apis?\//, ""),
      resources: Object.entries(resources).map(([name, kind]) => ({
        name,
        kind,
        namespaced: name !== "nodes",
        verbs: ["get", "list", "watch"],
      })),
    };
  }
  const list = objects[path.slice(path.lastIndexOf("/") + 1)];
  if (list === undefined) return answers[path];
  return {
    kind: "List",
    apiVersion: "v1",
    metadata: { resourceVersion: "1" },
    items: list as readonly KubeObject[],
  };
}

const run = (...args: readonly string[]) => runOn(lists, ...args);

async function runOn(
  objects: typeof lists,
  ...args: readonly string[]
): Promise<{
  stdout: string;
  stderr: string;
  code: number;
  requests: number;
}> {
  const { url, seen } = await wireServer((request, response) => {
    const answer = answerTo(request.url.pathname, objects);
    if (answer === undefined) json(response, 404, status(404, "NotFound", "not here"));
    else json(response, 200, answer);
  });
  const { context, stdout, stderr } = testContext({
    now: () => Date.now(),
    connect: async () => (await connectTo(url)).connection,
    readFile: (path) => Promise.resolve(path === "columns" ? "NODE\n.name\n" : "{.kind}"),
  });
  const code = await runCli(["status", ...args], context);
  return { stdout: stdout(), stderr: stderr(), code, requests: seen.length };
}

test.each([
  [["-o", "jsonpath={.nodes[*].name}"], "node-01 node-02 node-03"],
  [["-ojsonpath", "--template", "{.nodes[0].updated}"], "true"],
  [["-o=jsonpath-file=kind"], "UpgradeStatus"],
  [
    ["-o", "custom-columns=N:.name,U:.updated"],
    "N         U\nnode-01   true\nnode-02   false\nnode-03   false\n",
  ],
  [["-o", "custom-columns-file=columns", "--no-headers", "node-02"], "node-02\n"],
  [
    ["-o", "custom-columns=N:.name", "--no-headers", "--sort-by=.release.text"],
    "node-02\nnode-03\nnode-01\n",
  ],
])("status %j prints what it asks for and nothing else", async (args, expected) => {
  expect(await run(...args)).toMatchObject({ stdout: expected, stderr: "", code: 0 });
});

test("the commands that it names are about the cluster that it looked at", async () => {
  const annotations = { [cordonAnnotation]: "{" };
  const nodes = [aNode("node-01", { annotations })];
  const flags = ["--context=prod", "--namespace=kube-system"];
  const hint = ["-o", "jsonpath={.problems[*].hint}"];
  const { stdout } = await runOn({ ...lists, nodes }, ...hint, ...flags);
  expect(stdout).toContain(`kubectl calico-upgrade node --release node-01 ${flags.join(" ")}`);
});

test("--show-managed-fields is taken as kubectl takes it, and changes nothing", async () => {
  const names = ["-o", "jsonpath={.nodes[*].name}"];
  const plain = await run(...names);
  expect(plain.code).toBe(0);
  for (const flag of ["--show-managed-fields", "--show-managed-fields=false"]) {
    expect(await run(...names, flag)).toEqual(plain);
  }
  expect(await run("--show-managed-fields=maybe")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'invalid argument "maybe" for "--show-managed-fields" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ) as string,
    requests: 0,
  });
});

test("status -L and --show-labels show labels of the nodes", async () => {
  const { stdout } = await run("-L", "kubernetes.io/os,nope", "-L", "x/zone", "--show-labels");
  expect(stdout).toMatch(/^NODE .* NOTE +OS +NOPE +ZONE +LABELS$/m);
  expect(stdout).toMatch(/^node-01 .* linux +kubernetes\.io\/os=linux$/m);
});

test.each([
  [
    ["-o", "bogus"],
    /^error: unable to match a printer suitable for the output format "bogus", allowed formats are: c/,
  ],
  [["-o", "jsonpath={.bad"], /^error: error parsing jsonpath \{\.bad, unclosed action\n$/],
  [
    ["-o", "custom-columns=NAME"],
    /^error: unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>\n$/,
  ],
  [["--show-labels", "-o", "JSON"], /^error: --show-labels option cannot be used with JSON printer\n$/],
  [
    ["--show-labels", "-o", "jsonpath={.kind}"],
    /^error: --show-labels option cannot be used with jsonpath=\{\.kind\} printer\n$/,
  ],
  [["--sort-by", "{.name"], /^error: sorting error: unclosed action\n$/],
])("status %j is refused in kubectl's words, before the cluster is asked", async (args, message) => {
  const { stderr, ...rest } = await run(...args);
  expect(rest).toEqual({ stdout: "", code: 1, requests: 0 });
  expect(stderr).toMatch(message);
});

test("a key that must not be missing is named, exit 1", async () => {
  const { stdout, stderr, code } = await run("-o", "jsonpath={.nope}", "--allow-missing-template-keys=false");
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  expect(stderr).toContain(
    'error executing jsonpath "{.nope}": Error executing template: nope is not found. ',
  );
});

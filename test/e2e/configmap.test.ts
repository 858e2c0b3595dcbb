/** `configmap`: what it writes and restarts, what it refuses, and what status knows afterwards. */
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { CalicoOptions } from "../calico/era.ts";
import { hostedCalico } from "../calico/hosted-calico.ts";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { daemonSet, isCordoned, nodes, patchDaemonSet, podOf, writes } from "./support/calico-cluster.ts";
import { controllerPods, manifest, mostAtOnce, ownState } from "./support/controllers.ts";
import { lines, runPlugin, startPlugin, type Result } from "./support/plugin.ts";
import { secondsPass } from "./support/seconds-pass.ts";
import { hasTerminal, onTerminal } from "./support/terminal.ts";
import { typhaDeployment } from "./support/typha.ts";
import { startFaultProxy } from "../faults/proxy.ts";
import { upstreamOf } from "../faults/upstream.ts";
import { schemaErrorsOf } from "../unit/render/schema.ts";
import { testCluster } from "./test-cluster.ts";

const quick = "--settle=0s";
const path = "/api/v1/namespaces/kube-system/configmaps/calico-config";

async function run(cluster: Cluster, ...args: readonly string[]): Promise<Result> {
  return await runPlugin(cluster, ["configmap", ...args], { env: await ownState() });
}

async function patchDeployment(cluster: Cluster, patch: object): Promise<void> {
  await cluster.api.ask("PATCH", "/apis/apps/v1/namespaces/kube-system/deployments/calico-typha", patch);
}

/** Calico as kubectl applied it; answers the file. */
async function applied(cluster: Cluster, calico: CalicoOptions): Promise<string> {
  await cluster.resetCalico();
  const file = await manifest(hostedCalico(calico, ["rbac", "config", "workloads"]));
  await cluster.kubectl(["apply", "-f", file]);
  await workloadsReady(cluster);
  return file;
}

async function config(cluster: Cluster): Promise<KubeObject> {
  return (await cluster.api.ask("GET", path)) as KubeObject;
}

async function podUids(cluster: Cluster): Promise<ReadonlyMap<string, string | undefined>> {
  const found = await Promise.all(
    nodes.map(async (node) => [node, (await podOf(cluster, node)).metadata.uid] as const),
  );
  return new Map(found);
}

/** Per node, what status knows of its configuration. */
async function known(cluster: Cluster): Promise<readonly unknown[]> {
  const { stdout } = await runPlugin(cluster, ["status", "-o", "json"]);
  return (JSON.parse(stdout) as { nodes: { configCurrent: unknown }[] }).nodes.map(
    ({ configCurrent }) => configCurrent,
  );
}

describe("Kubernetes 1.36", () => {
  const calico = { version: "v3.29.7" };
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ audit: "Request" });
  });
  afterAll(() => cluster?.stop());

  // Procedure: Updating the ConfigMap
  test("one value: written with last-applied in step, then exactly what reads it is restarted, node by node", async () => {
    const file = await applied(cluster, calico);
    await secondsPass(cluster);
    const before = await podUids(cluster);
    const [controller] = await controllerPods(cluster);
    const { stdout, stderr, code } = await run(cluster, "--set", "veth_mtu=1400", quick, "-y");
    expect(code).toBe(0);
    const [first, ...rest] = lines(stdout);
    expect(first).toBe("configmap/calico-config configured");
    expect(rest.filter((line) => line.endsWith(" cordoned"))).toEqual(
      nodes.map((node) => `node/${node} cordoned`),
    );
    expect(stderr).toMatch(/^-\s+veth_mtu: "0"\n\+\s+veth_mtu: "1400"$/m);
    expect(stderr).toContain(
      "veth_mtu: read by DaemonSet calico-node (install-cni, calico-node); new pods get it",
    );
    const live = await config(cluster);
    expect(at(live, "data", "veth_mtu")).toBe("1400");
    expect(live.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"]).toContain(
      '"veth_mtu":"1400"',
    );
    for (const node of nodes) {
      expect((await podOf(cluster, node)).metadata.uid).not.toBe(before.get(node));
      expect(await isCordoned(cluster, node)).toBe(false);
    }
    // Every pod is marked with what it runs with: the note of the change is needed no more.
    expect(Object.keys(live.metadata.annotations ?? {})).not.toContain("calico-upgrade/config-changed");
    // The controller of the Kubernetes datastore reads none of it.
    expect((await controllerPods(cluster))[0]?.metadata.uid).toBe(controller?.metadata.uid);
    expect(await known(cluster)).toEqual([true, true, true]);
    // The user's own apply of the old file takes this back, and makes no new revision.
    const generation = (await daemonSet(cluster)).metadata.generation;
    const { stdout: back } = await cluster.kubectl(["apply", "-f", file]);
    expect(back).toContain("configmap/calico-config configured");
    expect(at(await config(cluster), "data", "veth_mtu")).toBe("0");
    expect((await daemonSet(cluster)).metadata.generation).toBe(generation);
  });

  test("H18: a node that a killed run left while its new pod was not Ready is part of the run that goes on", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    const args = ["configmap", "--set", "veth_mtu=1380", quick, "-y"];
    const env = await ownState();
    const remove = await cluster.faults.runningNeverReady("node-01");
    onTestFinished(remove);
    const first = startPlugin(cluster, args, { env });
    await first.says(/node\/node-01: waiting for pod \S+ to become Ready/);
    first.signal("SIGKILL");
    await first.ended;
    const second = startPlugin(cluster, [...args, "--take-over"], { env });
    await second.says(/node\/node-01: waiting for pod \S+ to become Ready/);
    await remove();
    const { code, stdout } = await second.ended;
    expect([code, lines(stdout).filter((line) => line.endsWith(" cordoned"))]).toEqual([
      0,
      ["node/node-02 cordoned", "node/node-03 cordoned"],
    ]);
    expect(await known(cluster)).toEqual([true, true, true]);
  });

  test("--no-restart leaves the pods; status says which run with older values; the same command again restarts them", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    const before = await podUids(cluster);
    const left = await run(cluster, "--set", "veth_mtu=1390", "--no-restart");
    expect(left).toMatchObject({
      code: 0,
      stdout: "configmap/calico-config configured\n",
      stderr: expect.stringContaining("not restarted: DaemonSet calico-node") as string,
    });
    expect(await podUids(cluster)).toEqual(before);
    expect(await known(cluster)).toEqual([false, false, false]);
    expect(Object.keys((await config(cluster)).metadata.annotations ?? {})).toContain(
      "calico-upgrade/config-changed",
    );
    await runPlugin(cluster, ["node", "node-02", "--restart", quick]);
    expect(await known(cluster)).toEqual([false, true, false]);
    const again = await run(cluster, "--set", "veth_mtu=1390", quick, "-y");
    expect(again.code).toBe(0);
    const [first, ...rest] = lines(again.stdout);
    expect(first).toBe("configmap/calico-config unchanged");
    expect(rest.filter((line) => line.endsWith(" cordoned"))).toEqual([
      "node/node-01 cordoned",
      "node/node-03 cordoned",
    ]);
    expect(await known(cluster)).toEqual([true, true, true]);
    expect(await run(cluster, "--set", "veth_mtu=1390", quick, "-y")).toMatchObject({
      code: 0,
      stdout: "configmap/calico-config unchanged\n",
    });
  });

  test("--diff is kubectl diff's difference and exit code, and writes nothing", async () => {
    await applied(cluster, calico);
    const objects = hostedCalico(calico, ["config"]).map((object) =>
      object.kind === "ConfigMap"
        ? { ...object, data: { ...(object["data"] as object), veth_mtu: "1410" } }
        : object,
    );
    const file = await manifest(objects.filter(({ kind }) => kind === "ConfigMap"));
    const before = await config(cluster);
    const ours = await run(cluster, "-f", file, "--diff");
    const theirs = await cluster.kubectl(["diff", "-f", file]);
    expect(ours.code).toBe(1);
    const changes = (text: string) =>
      lines(text).filter((line) => /^[-+@ ]/.test(line) && !/^(---|\+\+\+)/.test(line));
    expect(changes(ours.stdout)).toEqual(changes(theirs.stdout));
    expect(changes(ours.stdout).length).toBeGreaterThan(3);
    expect((await config(cluster)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    const same = await manifest(hostedCalico(calico, ["config"]));
    expect(await run(cluster, "-f", same, "--diff")).toMatchObject({ code: 0, stdout: "" });
    expect(await run(cluster, "-f", "/nowhere.yaml", "--diff")).toMatchObject({ code: 2 });
  });

  test.each([["--diff"], ["--dry-run=client"], ["--dry-run=server"], ["-y", "--no-restart"]])(
    "a ConfigMap that somebody changes at every look keeps no command from ending: %s",
    async (...flags) => {
      const file = await applied(cluster, calico);
      const proxy = await startFaultProxy(upstreamOf(cluster));
      onTestFinished(() => proxy.stop());
      let changes = 0;
      proxy.begin({
        async onRequest({ resource, name }) {
          if (resource !== "configmaps" || name !== "calico-config") return undefined;
          changes += 1;
          const data = { "ops-note": String(changes), veth_mtu: String(1300 + changes) };
          await cluster.api.ask("PATCH", path, { data });
          return undefined;
        },
      });
      const ended = await runPlugin(cluster, ["configmap", "-f", file, ...flags], {
        kubeconfig: proxy.kubeconfig,
        env: await ownState(),
      });
      expect(changes).toBeGreaterThan(0);
      // It looks, tries and writes a few times, and says who is in its way where that is not enough.
      expect(proxy.seen().length).toBeLessThan(80);
      expect([0, 1]).toContain(ended.code);
      if (ended.code === 1 && flags[0] !== "--diff") expect(ended.stderr).toMatch(/^error: /m);
    },
  );

  test("--diff runs the program of KUBECTL_EXTERNAL_DIFF as kubectl diff does: arguments, output, exit codes", async () => {
    await applied(cluster, calico);
    const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-diff-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const program = join(folder, "differ");
    // What it is given, in words that do not depend on who made the folders.
    await writeFile(
      program,
      `#!/bin/sh\nfor word; do case "$word" in /*) ls "$word" ;; *) echo "$word" ;; esac; done\ndiff -r "$1" "$2" | grep '^[<>]'\necho words >&2\nexit $CODE\n`,
    );
    await chmod(program, 0o755);
    const [map] = hostedCalico(calico, ["config"]).filter(({ kind }) => kind === "ConfigMap");
    const data = { ...(map?.["data"] as object), veth_mtu: "1410" };
    const file = await manifest(map === undefined ? [] : [{ ...map, data }]);
    const before = await config(cluster);
    const own = await ownState();
    const programs = [
      program,
      `${program} -u --color=never -x$(id) 'a' b/c`,
      `${program}  -u`,
      "no-such-program -u",
    ];
    for (const external of programs) {
      for (const code of external === program ? ["0", "1", "2", "3"] : ["1"]) {
        const env = { ...own, KUBECTL_EXTERNAL_DIFF: external, CODE: code };
        const ours = await runPlugin(cluster, ["configmap", "-f", file, "--diff"], { env });
        const theirs = await cluster.kubectl(["diff", "-f", file], { env });
        const about = `${external} ${code}`;
        expect([ours.stdout, ours.code], about).toEqual([theirs.stdout, theirs.code]);
        // kubectl says nothing else there; ours goes on with what the change does.
        for (const line of lines(theirs.stderr))
          expect(lines(ours.stderr), about).toContain(line.replace(/exec: "[^"]+": /, ""));
      }
    }
    expect((await config(cluster)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test("--edit runs the editor as kubectl edit does, and what was typed is not lost when it is refused", async () => {
    await applied(cluster, calico);
    const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-editor-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const script = join(folder, "my editor.sh");
    await writeFile(script, `#!/bin/sh\nsed -i "s/veth_mtu: .*/veth_mtu: $1/" "$2"\n`);
    await chmod(script, 0o755);
    const editors: readonly Readonly<Record<string, string>>[] = [
      { KUBE_EDITOR: `'${script}' '"1401"'`, EDITOR: "false" },
      { KUBE_EDITOR: "", EDITOR: `'${script}' '"1402"'` },
    ];
    const own = await ownState();
    for (const editor of editors) {
      const env = { ...own, ...editor };
      const edit = ["configmap", "--edit", "--no-restart"];
      expect(await runPlugin(cluster, edit, { env })).toMatchObject({
        code: 0,
        stdout: "configmap/calico-config configured\n",
      });
      const set = at(await config(cluster), "data", "veth_mtu");
      await run(cluster, "--set", "veth_mtu=0", "--no-restart");
      await cluster.kubectl(["edit", "-n", "kube-system", "configmap/calico-config"], { env });
      expect(set).toBe(at(await config(cluster), "data", "veth_mtu"));
      expect(set).toMatch(/^140[12]$/);
    }
    for (const [typed, message] of [
      [`'"big"'`, /^error: veth_mtu is a number, not "big"; nothing was changed$/m],
      ["1400", /^error: what was edited is not a list of texts: veth_mtu is a number; put it in quotes/m],
      [`'"'`, /^error: what was edited cannot be read: .*nothing was changed/m],
    ] as const) {
      const env = { ...own, KUBE_EDITOR: `'${script}' ${typed}` };
      const { code, stdout, stderr } = await runPlugin(cluster, ["configmap", "--edit"], { env });
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
      const kept = /a copy of your changes has been stored to "([^"]+)"/.exec(stderr)?.[1] ?? "";
      expect(await readFile(kept, "utf8")).toContain(`veth_mtu: ${typed.replaceAll("'", "")}`);
      await rm(dirname(kept), { recursive: true });
    }
    for (const [editor, message] of [
      ["false", /^error: the editor "false" ended with exit code 1; nothing was changed$/m],
      ["rm", /^error: what was edited cannot be read: ENOENT.*; nothing was changed/m],
    ] as const) {
      const env = { ...own, KUBE_EDITOR: editor };
      const { code, stdout, stderr } = await runPlugin(cluster, ["configmap", "--edit"], { env });
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
    }
  });

  test("Typha, where it reads a changed key, is rolled out before the nodes; its new pods are Ready first", async () => {
    await applied(cluster, calico);
    const configMapKeyRef = { name: "calico-config", key: "veth_mtu" };
    await cluster.apply([typhaDeployment("v3.29.7", [{ name: "MTU", valueFrom: { configMapKeyRef } }])]);
    await workloadsReady(cluster);
    const typhas = async () => {
      const selector = "labelSelector=k8s-app%3Dcalico-typha";
      const found = await cluster.api.ask("GET", `/api/v1/namespaces/kube-system/pods?${selector}`);
      return listAt(found, "items") as KubeObject[];
    };
    await secondsPass(cluster);
    const old = (await typhas()).map(({ metadata }) => metadata.uid);
    const left = await run(cluster, "--set", "veth_mtu=1450", "--no-restart");
    expect(left.stderr).toContain("not restarted: DaemonSet calico-node, Deployment calico-typha");
    const { code, stdout } = await run(cluster, "--set", "veth_mtu=1450", quick, "-y");
    expect([code, lines(stdout).slice(0, 3)]).toEqual([
      0,
      [
        "configmap/calico-config unchanged",
        "deployment.apps/calico-typha restarted",
        "node/node-01 cordoned",
      ],
    ]);
    const now = (await typhas()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    expect(now).toHaveLength(2);
    expect(now.some(({ metadata }) => old.includes(metadata.uid))).toBe(false);
    await patchDeployment(cluster, { spec: { strategy: { type: "Recreate", rollingUpdate: null } } });
    await secondsPass(cluster);
    const named = await run(cluster, "--set", "veth_mtu=1460", quick, "-y");
    expect(named).toMatchObject({
      code: 0,
      stdout: expect.not.stringContaining("calico-typha") as string,
      stderr: expect.stringMatching(
        /^Deployment calico-typha reads a changed key and has strategy Recreate.*kubectl rollout restart -n kube-system deployment\/calico-typha$/m,
      ) as string,
    });
    await cluster.resetCalico();
  });

  test("who may not list pods is told that what reads the keys is not known, and nothing is written", async () => {
    await applied(cluster, calico);
    const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({
      apiGroups,
      resources,
      verbs,
    });
    await cluster.apply([
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: "no-pods" },
        rules: [
          rule(["apps"], ["*"], ["*"]),
          rule([""], ["nodes", "namespaces", "configmaps", "services", "serviceaccounts"], ["*"]),
        ],
      },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "no-pods" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "no-pods" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }],
      },
    ]);
    const before = await config(cluster);
    const given = ["--set", "veth_mtu=1470", "--as=ann", "--ignore-preflight-errors=all"];
    expect(await run(cluster, ...given)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: which pods read the changed keys cannot be told: .*pods.*; nothing was changed: --no-restart only writes the values$/m,
      ) as string,
    });
    expect((await config(cluster)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect(await run(cluster, ...given, "--no-restart")).toMatchObject({ code: 0 });
    expect(at(await config(cluster), "data", "veth_mtu")).toBe("1470");
  });

  test("-o json is the only thing on stdout, and keeps to its published schema", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    const { stdout, code } = await run(cluster, "--set", "veth_mtu=1420", quick, "-y", "-o", "json");
    expect(code).toBe(0);
    const result: unknown = JSON.parse(stdout);
    expect(schemaErrorsOf("config-map-change", result)).toEqual([]);
    expect(result).toMatchObject({
      kind: "ConfigMapChange",
      succeeded: true,
      changed: true,
      keys: ["veth_mtu"],
      nodes: { kind: "NodeUpgrade", succeeded: true },
    });
  });

  test("--dry-run shows the path and changes nothing", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    const before = await config(cluster);
    const pods = await podUids(cluster);
    for (const dryRun of ["client", "server"] as const) {
      const { code, stdout } = await run(cluster, "--set", "veth_mtu=1430", `--dry-run=${dryRun}`);
      expect(code).toBe(0);
      expect(lines(stdout)[0]).toMatch(/^configmap\/calico-config configured \((server )?dry run\)$/);
      expect(stdout).toContain("node/node-03 cordoned");
    }
    expect((await config(cluster)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect(await podUids(cluster)).toEqual(pods);
  });

  test("what the steps after it would refuse is refused before the write", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    await cluster.faults.silentNode("node-02");
    const mark = await cluster.audit.mark();
    const { code, stderr } = await run(cluster, "--set", "veth_mtu=1400", quick, "-y");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/nothing was changed, because[\s\S]*H16/)]);
    expect(await writes(cluster, mark)).toEqual([]);
    expect(await run(cluster, "--set", "veth_mtu=1400", "--no-restart")).toMatchObject({ code: 0 });
    await cluster.resetCalico();
  });

  test("H12: what somebody else puts back by itself is refused before anything is written", async () => {
    await applied(cluster, calico);
    const mark = { "argocd.argoproj.io/tracking-id": "calico:apps/DaemonSet:kube-system/calico-node" };
    await patchDaemonSet(cluster, { metadata: { annotations: mark } });
    const before = await cluster.audit.mark();
    const { code, stdout, stderr } = await run(cluster, "--set", "veth_mtu=1400", quick, "-y");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: O06: Argo CD puts calico-node back.*\nnothing was changed/m);
    expect(await writes(cluster, before)).toEqual([]);
    await cluster.resetCalico();
  });

  test("bad input: each in one line, before anything is written", async () => {
    const whole = await applied(cluster, calico);
    const map = hostedCalico(calico, ["config"]).find(({ kind }) => kind === "ConfigMap");
    if (map === undefined) throw new Error("no ConfigMap");
    const elsewhere = { ...map, metadata: { ...map.metadata, namespace: "other" } };
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /^error: give the new values with -f FILE, with --set and --unset, or with --edit/],
      [["--set", "veth_mtu=1", "-f", whole], /^error: give the new values with -f FILE/],
      [["--set", "veth_mtu"], /^error: --set is KEY=VALUE, not "veth_mtu"/],
      [["--set", "veth_mtu=1400", "--set", "veth_mtu=1500"], /^error: --set gives "veth_mtu" two values/],
      [["--set", "veth_mtu=1400", "--unset", "veth_mtu"], /^error: --set and --unset both name "veth_mtu"/],
      [["--set", "veth_mut=1400"], /^error: veth_mut is no key of calico-config/],
      [["--set", "vethmtu=1400"], /^error: vethmtu is no key .*; is it veth_mtu\?/],
      [["--set", "veth_mtu=big"], /^error: veth_mtu is a number, not "big"; nothing was changed/],
      [["--set", "veth_mtu="], /^error: veth_mtu is a number, not "": this release's install-cni would/],
      [
        ["--set", "calico_backend=brid"],
        /^error: calico_backend is one of bird, vxlan, none, gobgp, not "brid"/,
      ],
      [["--set", "cni_network_config={"], /^error: cni_network_config is not valid JSON/],
      [
        ["--set", "typha_service_name=nowhere"],
        /^error: typha_service_name names Service kube-system\/nowhere, which is not there/,
      ],
      [["--unset", "nothing"], /^error: ConfigMap kube-system\/calico-config has no key "nothing" to remove/],
      [
        ["--unset", "veth_mtu"],
        /^error: veth_mtu cannot go \(H01\): container install-cni of DaemonSet calico-node does not start without it/,
      ],
      [
        ["-f", await manifest([elsewhere])],
        /^error: the ConfigMap in .* is other\/calico-config and the cluster's is kube-system\/calico-config/,
      ],
      [["-f", await manifest([map, map])], /^error: .* has the ConfigMap kube-system\/calico-config 2 times/],
      [
        ["-f", await manifest([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } }])],
        /^error: no ConfigMap calico-config in /,
      ],
      [["--edit"], /^error: --edit needs a terminal, or an editor in KUBE_EDITOR that needs none/],
      [["--set", "veth_mtu=1400", "extra"], /^error: unexpected arguments: \[extra\]/],
      [["--set", "veth_mtu=1400", "-o", "wide"], /^error: -o wide/],
    ];
    const mark = await cluster.audit.mark();
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run(cluster, ...args);
      expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(message)]);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await writes(cluster, mark)).toEqual([]);
    await cluster.api.ask("PATCH", path, { immutable: true });
    expect(await run(cluster, "--set", "veth_mtu=1400")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^error: ConfigMap kube-system\/calico-config is immutable, .*kubectl replace --force/,
      ) as string,
    });
  }, 300_000);

  test("another kind of IPAM is told for what it does to addresses, before anything is written", async () => {
    await applied(cluster, calico);
    const network = at(await config(cluster), "data", "cni_network_config") as string;
    const other = network.replace('"calico-ipam"', '"host-local"');
    const { stderr } = await run(cluster, "--set", `cni_network_config=${other}`, "--dry-run=client");
    expect(stderr).toContain(
      "cni_network_config: ipam.type goes from calico-ipam to host-local, which does not",
    );
  });

  test.skipIf(!hasTerminal)(
    "somebody who changes it between the difference and the write is not overwritten",
    async () => {
      await applied(cluster, calico);
      const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-editor-"));
      onTestFinished(() => rm(folder, { recursive: true, force: true }));
      const editor = join(folder, "editor.sh");
      const patch = JSON.stringify({ data: { veth_mtu: "1111" } });
      await writeFile(
        editor,
        `#!/bin/sh\nsed -i 's/veth_mtu: .*/veth_mtu: "1400"/' "$1"\n[ -z "$RACE" ] || kubectl -n kube-system patch configmap calico-config -p '${patch}'\n`,
      );
      await chmod(editor, 0o755);
      const { XDG_STATE_HOME } = await ownState();
      const edit = (race: string) =>
        onTerminal(
          cluster,
          `env RACE=${race} XDG_STATE_HOME=${XDG_STATE_HOME} KUBE_EDITOR=${editor} kubectl calico-upgrade configmap --edit --no-restart`,
        );
      const lost = edit("1");
      expect(await lost.ended).toBe(1);
      expect(lost.screen().join("\n")).toContain(
        "somebody changed ConfigMap kube-system/calico-config since it was read",
      );
      expect(at(await config(cluster), "data", "veth_mtu")).toBe("1111");
      expect(await edit("").ended).toBe(0);
      expect(at(await config(cluster), "data", "veth_mtu")).toBe("1400");
    },
  );
});

describe("Kubernetes 1.15, etcd", () => {
  const calico = { version: "v2.4.1", datastore: "etcd" } as const;
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await testCluster({ kubeVersion: "1.15", audit: "Request" });
  });
  afterAll(() => cluster?.stop());

  test("H25: without managedFields nothing is known, until this program has changed and restarted it", async () => {
    await applied(cluster, calico);
    await secondsPass(cluster);
    expect(await known(cluster)).toEqual(["unknown", "unknown", "unknown"]);
    const [controller] = await controllerPods(cluster);
    const left = await run(cluster, "--set", "etcd_endpoints=http://10.0.0.9:2379", "--no-restart");
    expect(left.code).toBe(0);
    expect(await known(cluster)).toEqual([false, false, false]);
    const { code, stdout } = await run(cluster, "--set", "etcd_endpoints=http://10.0.0.9:2379", quick, "-y");
    expect(code).toBe(0);
    expect(lines(stdout).slice(0, 3)).toEqual([
      "configmap/calico-config unchanged",
      "deployment.apps/calico-policy-controller restarted",
      "node/node-01 cordoned",
    ]);
    expect((await controllerPods(cluster)).map(({ metadata }) => metadata.uid)).not.toContain(
      controller?.metadata.uid,
    );
    expect(await known(cluster)).toEqual([true, true, true]);
    expect(JSON.stringify(at(await daemonSet(cluster), "spec", "template"))).not.toContain("calico-upgrade/");
  });

  test("H01: apply restarts the controller once more after a changed value that it reads", async () => {
    await applied(cluster, calico);
    const [before] = await controllerPods(cluster);
    const changed = hostedCalico(calico, ["rbac", "config", "workloads"]).map((object) =>
      object.kind === "ConfigMap"
        ? { ...object, data: { ...(object["data"] as object), etcd_endpoints: "http://10.0.0.8:2379" } }
        : object,
    );
    // That the endpoints change is what is asked for here.
    const meant = "--ignore-preflight-errors=M11";
    const args = ["apply", "-f", await manifest(changed), "-y", quick, meant];
    const { result, most } = await mostAtOnce(cluster, async () =>
      runPlugin(cluster, args, { env: await ownState() }),
    );
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    const order = lines(result.stdout).filter((line) => /^(configmap|deployment)/.test(line));
    expect(order).toEqual([
      "configmap/calico-config configured",
      "deployment.apps/calico-policy-controller restarted",
      // What kubectl remembers of the file comes last, when everything in it is true.
      "configmap/calico-config configured",
    ]);
    expect(most).toBeLessThanOrEqual(1);
    const [after, second] = await controllerPods(cluster);
    expect(second).toBeUndefined();
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
    const { stdout } = await runPlugin(cluster, args, { env: await ownState() });
    expect(stdout).toBe("");
  });
});

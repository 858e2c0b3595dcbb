import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { upgradePlan } from "../../../src/plan/upgrade/make.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import type { UpgradePlan } from "../../../src/plan/upgrade/plan.ts";
import { observedStart, type StartOverrides } from "../../../src/plan/upgrade/upgrade-start-of.ts";
import type { UpgradeStart } from "../../../src/plan/upgrade/upgrade-start.ts";
import { catalogue, withStatedRelease } from "../../../src/releases/catalogue.ts";
import { versionOf } from "../../../src/releases/version.ts";
import {
  aDaemonSet,
  aHealthyCluster,
  anUpgradingCluster,
  aPod,
  aTemplate,
  aWorkload,
  observedOf,
  type ClusterSpec,
} from "../build/a-cluster.ts";
import { hostedCalico, toYaml } from "../../calico/hosted-calico.ts";
import { printablePlan } from "../../../src/render/plan/print.ts";
import { testContext } from "../flags/test-context.ts";
import { schemaErrorsOf } from "../render/schema.ts";

async function plan(
  ...given: readonly (string | Readonly<Record<string, string>>)[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { context, stdout, stderr } = testContext();
  const args = given.filter((each) => typeof each === "string");
  const files: Readonly<Record<string, string>> = Object.assign(
    {},
    ...given.filter((each) => typeof each !== "string"),
  );
  const readFile = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(Object.assign(new Error(path), { code: "ENOENT" }))
      : Promise.resolve(text);
  };
  const exitCode = await runCli(["plan", ...args], { ...context, readFile });
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

async function offline(from: string, to: string, datastore: string, ...more: string[]): Promise<UpgradePlan> {
  const args = ["--from", from, "--to", to, "--datastore", datastore, "-o", "json", ...more];
  const { exitCode, stdout, stderr } = await plan(...args);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const made = JSON.parse(stdout) as UpgradePlan;
  expect(schemaErrorsOf("upgrade-plan", made)).toEqual([]);
  return made;
}

const nothingSaid: StartOverrides = { from: undefined, datastore: undefined, kubernetes: undefined };

function standingOf(spec: ClusterSpec, said: StartOverrides = nothingSaid, known = catalogue): UpgradeStart {
  const start = observedStart(upgradeState(observedOf(spec), known), said, known);
  if (!start.known) throw new Error(start.message);
  return start.value;
}

function onCluster(spec: ClusterSpec, to: string): UpgradePlan {
  const made = upgradePlan(standingOf(spec), versionOf(to), catalogue);
  if (made.kind === "refusal") throw new Error(made.because);
  expect(schemaErrorsOf("upgrade-plan", made)).toEqual([]);
  return made;
}

const stepsOf = (made: UpgradePlan) => made.hops.map(({ steps }) => steps.map(({ id }) => id));
const statesOf = (made: UpgradePlan) =>
  Object.fromEntries((made.hops[0]?.steps ?? []).map(({ id, state }) => [id, state]));

describe("the steps stand in the order in which they do no harm (H01)", () => {
  test("etcd, v2.6 to v3: data before anything else, completed after the last node", async () => {
    expect(stepsOf(await offline("v2.6.12", "v3.1.7", "etcd"))).toEqual([
      ["data", "expand", "controller", "configmap", "template", "nodes", "complete", "contract"],
    ]);
  });

  test("Kubernetes datastore, v2.2 to v2.6: policies, then data; there is no controller", async () => {
    expect(stepsOf(await offline("v2.2.1", "v2.6.12", "kubernetes"))).toEqual([
      ["policy", "data", "expand", "configmap", "template", "nodes", "contract"],
    ]);
  });

  test("an upgrade of Kubernetes stands before the hop that needs it (H29)", async () => {
    const made = await offline("v3.4.0", "v3.29.7", "kubernetes", "--kubernetes", "1.12");
    expect(stepsOf(made).map(([first]) => first)).toEqual(["expand", "kubernetes", "expand"]);
    expect(made.hops.map(({ kubernetes }) => kubernetes)).toEqual([
      { min: "1.12", max: "1.12" },
      { min: "1.21", max: "1.21" },
      { min: "1.21", max: "1.21" },
    ]);
  });

  test("without a cluster nothing is claimed to be done", async () => {
    const made = await offline("v3.29.0", "v3.30.7", "kubernetes", "--kubernetes", "v1.33.2");
    expect(made).toMatchObject({ basis: "flags", kubernetes: "1.33" });
    expect(new Set(Object.values(statesOf(made)))).toEqual(new Set(["unknown"]));
  });

  test("the release that runs needs no plan, and what nobody has looked at is not said to be done", async () => {
    const made = await offline("3.29.7", "v3.29.7", "etcd");
    expect(made.hops).toEqual([]);
    const { stdout } = await plan("--from=v3.29.7", "--to=v3.29.7", "--datastore=etcd");
    expect(stdout).toBe(
      "v3.29.7 runs already (etcd datastore, Kubernetes unknown). Whether all of its objects are as they should be: kubectl calico-upgrade plan -f FILE\n",
    );
  });
});

describe("plain commands, to go on by hand", () => {
  test("every line is a command or a remark, in the order of the steps", async () => {
    const flags = ["--from=v1.6.1", "--to=v2.5.1", "--datastore=etcd", "--print-commands"];
    const { exitCode, stdout } = await plan(...flags);
    expect(exitCode).toBe(0);
    const lines = stdout.split("\n").filter((line) => line !== "");
    expect(lines.filter((line) => !/^(#|kubectl|echo) ?/.test(line))).toEqual([]);
    const scale = lines.indexOf("kubectl scale rs -n kube-system calico-policy-controller --replicas=0");
    expect(scale).toBeGreaterThan(lines.indexOf("kubectl delete networkpolicies --all -n NAMESPACE"));
    expect(lines.indexOf("kubectl apply -f controller.yaml")).toBeGreaterThan(scale);
    expect(lines.indexOf("kubectl cordon NODE")).toBeGreaterThan(scale);
  });

  test("CRDs that are too large for client-side apply are not applied that way (B22)", async () => {
    const { stdout } = await plan(
      "--from=v3.29.0",
      "--to=v3.30.7",
      "--datastore=kubernetes",
      "--print-commands",
    );
    expect(stdout).toContain("kubectl apply --server-side --force-conflicts -f crds-rbac.yaml\n");
    expect(stdout).not.toMatch(/kubectl apply -f/);
  });

  test("nothing asks an old server for a dry run that it would persist (H07)", async () => {
    const { stdout } = await plan(
      "--from=v2.2.1",
      "--to=v2.6.12",
      "--datastore=kubernetes",
      "--print-commands",
    );
    expect(stdout).not.toMatch(/kubectl diff|dry-run=server/);
  });
});

describe("what the cluster shows is told, and only that", () => {
  test("before an upgrade", () => {
    expect(statesOf(onCluster(aHealthyCluster(), "v3.30.7"))).toEqual({
      expand: "unknown",
      controller: "todo",
      configmap: "unknown",
      template: "todo",
      nodes: "todo",
      contract: "todo",
    });
  });

  test("in the middle: the template is there, some nodes are not, and the way begins at the oldest", () => {
    const made = onCluster(anUpgradingCluster(), "v3.30.0");
    expect(statesOf(made)).toMatchObject({ template: "done", nodes: "todo", contract: "todo" });
    expect(made.hops[0]?.steps.find(({ id }) => id === "nodes")?.because).toMatch(
      /^1 of 3 nodes run v3\.30\.0$/,
    );
  });

  test("a controller that was forgotten is still to do when all nodes are done", () => {
    const spec = aHealthyCluster();
    const made = onCluster(
      { ...spec, workloads: [aWorkload({ image: "quay.io/calico/kube-controllers:v3.28.0" })] },
      runningIn(spec),
    );
    expect(made.from).toBe("v3.28.0");
    expect(statesOf(made)).toMatchObject({ controller: "todo", template: "done", nodes: "done" });
  });

  test("of two controllers the older one is seen: the step is not done while it runs", () => {
    const spec = aHealthyCluster();
    const at = (name: string, version: string) =>
      aWorkload({ name, image: `quay.io/calico/kube-controllers:${version}` });
    const workloads = [
      at("calico-kube-controllers", runningIn(spec)),
      at("calico-controllers-old", "v3.28.0"),
    ];
    const made = onCluster({ ...spec, workloads }, runningIn(spec));
    expect(statesOf(made)).toMatchObject({ controller: "todo" });
  });

  test("a controller that is newer than where all is to go is not there either, and said to be newer", () => {
    const spec = aHealthyCluster();
    const workloads = [aWorkload({ image: "quay.io/calico/kube-controllers:v3.32.1" })];
    const made = onCluster({ ...spec, workloads }, runningIn(spec));
    const step = made.hops[0]?.steps.find(({ id }) => id === "controller");
    expect(step).toMatchObject({ state: "todo", because: `it is newer than ${runningIn(spec)}` });
  });

  test("the release that runs with nodes of an older revision: they are left to do", () => {
    const spec = aHealthyCluster();
    const [pod, ...others] = spec.pods as readonly KubeObject[];
    if (pod === undefined) throw new Error("no pod");
    const labels = { ...pod.metadata.labels, "controller-revision-hash": "older" };
    const old = { ...pod, metadata: { ...pod.metadata, labels } };
    const made = onCluster({ ...spec, pods: [old, ...others] }, runningIn(spec));
    expect(made.hops[0]?.steps.find(({ id }) => id === "nodes")).toMatchObject({
      state: "todo",
      because: "1 of 3 nodes do not run the newest revision",
    });
  });

  test("a half-done kubectl replace is not taken for complete: what is left is listed, whatever runs", async () => {
    const spec = aHealthyCluster();
    const to = runningIn(spec);
    const told: NonNullable<UpgradeStart["file"]> = {
      name: "calico.yaml",
      status: {
        expand: {
          state: "todo",
          because: "ClusterRole calico-node does not allow all that the file's does, and 3 more",
        },
        controller: { state: "done", because: "it is as in calico.yaml" },
        configmap: { state: "done", because: "" },
        template: { state: "done", because: "" },
        contract: { state: "unknown", because: "" },
      },
    };
    const made = upgradePlan({ ...standingOf(spec), file: told }, versionOf(to), catalogue);
    if (made.kind === "refusal") throw new Error(made.because);
    expect(schemaErrorsOf("upgrade-plan", made)).toEqual([]);
    expect(made.hops.map(({ from, to: there }) => [from, there])).toEqual([[to, to]]);
    expect(statesOf(made)).toMatchObject({ expand: "todo", controller: "done", contract: "unknown" });
    const text = printablePlan(made).table(false);
    expect(text).toContain("runs already (kubernetes datastore, Kubernetes 1.");
    expect(text).toContain(", and not everything is done.\n");
    // What a half-done replace has left out is named without -o wide.
    expect(text).toContain(
      "  expand: ClusterRole calico-node does not allow all that the file's does, and 3 more\n",
    );
    expect(text).not.toContain("nothing to do");
  });

  test("nothing to do is only said of what was compared with its manifest", () => {
    const spec = aHealthyCluster();
    const done = { state: "done", because: "" } as const;
    const file = {
      name: "calico.yaml",
      status: {
        expand: done,
        typha: done,
        controller: done,
        configmap: done,
        template: done,
        contract: done,
      },
    };
    const made = upgradePlan({ ...standingOf(spec), file }, versionOf(runningIn(spec)), catalogue);
    if (made.kind === "refusal") throw new Error(made.because);
    expect(made.hops).toEqual([]);
    expect(printablePlan(made).table(false)).toContain(
      "and everything is as in calico.yaml: there is nothing to do.",
    );
  });

  test("images that do not say which release they are stop it, and --from helps", () => {
    const node = "registry.example/calico/node@sha256:4d7f5d2ce4e5f3a7";
    const daemonSet = aDaemonSet({ template: aTemplate({ node }) });
    const spec: ClusterSpec = { ...aHealthyCluster(), daemonSets: [daemonSet], pods: [] };
    expect(() => standingOf(spec)).toThrow(/which Calico release runs is not known.*--from=VERSION/);
    // In the middle of an upgrade --to has said it of the file's image.
    const said = withStatedRelease(catalogue, node, versionOf("v3.30.7"));
    expect(standingOf(spec, nothingSaid, said).seen?.template.map(({ text }) => text)).toEqual(["v3.30.7"]);
    const start = standingOf(spec, { ...nothingSaid, from: versionOf("v3.29.0") });
    expect(start).toMatchObject({ from: { text: "v3.29.0" }, seen: { template: [] } });
  });

  test("a pod that never got its image does not keep the plan away that mends it", () => {
    const spec = aHealthyCluster();
    const node = "docker.io/calico/node:v3.29.l";
    const [pod, ...others] = spec.pods as readonly KubeObject[];
    const { name = "" } = pod?.metadata ?? {};
    const stuck = aPod(aDaemonSet({ template: aTemplate({ node }) }), "node-01", {
      waiting: { reason: "ImagePullBackOff" },
      ready: false,
    });
    const renamed = { ...stuck, metadata: { ...stuck.metadata, name } };
    expect(standingOf({ ...spec, pods: [renamed, ...others] }).from.text).toBe(runningIn(spec));
    const ran = aPod(aDaemonSet({ template: aTemplate({ node }) }), "node-01");
    expect(() => standingOf({ ...spec, pods: [ran, ...others] })).toThrow(/is not known.*v3\.29\.l/);
  });

  test("an install that somebody else owns gets the right procedure instead of a plan", () => {
    const daemonSet = aDaemonSet({ labels: { "app.kubernetes.io/managed-by": "tigera-operator" } });
    expect(() => standingOf({ ...aHealthyCluster(), daemonSets: [daemonSet] })).toThrow(
      /operator owns this Calico/,
    );
  });
});

/** The release of a cluster's first node. */
function runningIn(spec: ClusterSpec): string {
  return upgradeState(observedOf(spec), catalogue).nodes[0]?.release?.release ?? "";
}

describe("-f: the target's manifest", () => {
  const upstream = (version: string, datastore: "etcd" | "kdd" = "kdd") =>
    toYaml(hostedCalico({ version, datastore }));
  const from = ["--from=v3.29.0", "--datastore=kubernetes"];
  const withFile = (text: string, ...args: string[]) =>
    plan({ "calico.yaml": text }, "-f", "calico.yaml", ...args);

  test("its calico-node says what the target is, and commands name the file", async () => {
    const { exitCode, stdout } = await withFile(upstream("v3.30.7"), ...from, "-o", "json");
    expect(exitCode).toBe(0);
    const made = JSON.parse(stdout) as UpgradePlan;
    expect(schemaErrorsOf("upgrade-plan", made)).toEqual([]);
    expect(made.to).toBe("v3.30.7");
    const steps = made.hops.at(-1)?.steps ?? [];
    expect(steps.find(({ id }) => id === "template")?.command).toBe("node NODE -f calico.yaml");
    expect(steps.find(({ id }) => id === "contract")?.commands.at(-1)).toMatch(/ -f calico\.yaml$/);
  });

  test("the releases on the way have other manifests", async () => {
    const long = ["--from=v3.4.0", "--datastore=kubernetes", "-o", "json"];
    const { stdout } = await withFile(upstream("v3.29.7"), ...long);
    const { hops } = JSON.parse(stdout) as UpgradePlan;
    const files = hops.map(({ steps }) => steps.find(({ id }) => id === "template")?.command);
    expect(files.length).toBeGreaterThan(1);
    expect(files.at(-1)).toBe("node NODE -f calico.yaml");
    expect(files[0]).toMatch(/node NODE -f calico-v\d/);
  });

  test("--to says what a digest does not", async () => {
    const digest = upstream("v3.30.7").replaceAll(
      /calico\/(node|cni|kube-controllers):\S+/g,
      "calico/$1@sha256:01",
    );
    expect(await withFile(digest, ...from)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("say it with --to") as string,
    });
    expect((await withFile(digest, "--to=v3.30.7", ...from)).exitCode).toBe(0);
  });

  test.each([
    ["--to that disagrees", upstream("v3.30.7"), ["--to=v3.29.7", ...from], "--to and -f do not agree"],
    ["the other datastore", upstream("v3.30.7", "etcd"), from, "calico.yaml is for the etcd datastore"],
    [
      "newer than the catalogue",
      upstream("v3.30.7").replaceAll("v3.30.7", "v3.34.0"),
      from,
      "nothing is guessed",
    ],
    ["a downgrade", upstream("v3.28.0"), from, "P11: v3.28.0 is older than v3.29.0"],
    [
      "another product",
      "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: weave-net}",
      from,
      "calico.yaml has nothing of Calico: DaemonSet weave-net",
    ],
    [
      "roles alone",
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: calico-node}",
      from,
      "calico.yaml has Calico's roles alone, and no calico-node DaemonSet",
    ],
    [
      "the operator",
      "apiVersion: operator.tigera.io/v1\nkind: Installation\nmetadata: {name: default}",
      from,
      "P12: calico.yaml has resources that the Tigera operator is told with",
    ],
    ["no YAML", "a: [", from, "error parsing calico.yaml: error converting YAML to JSON"],
    ["two files", upstream("v3.30.7"), ["-f", "calico.yaml", ...from], "plan takes one -f"],
  ])("bad input: %s", async (_what, text, args, message) => {
    const { exitCode, stdout, stderr } = await withFile(text, ...args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });

  test("bad input: no such file", async () => {
    const { exitCode, stderr } = await plan("-f", "nowhere.yaml", ...from);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the path "nowhere.yaml" does not exist');
  });
});

describe("bad input: what is wrong, why, what to do, exit code 1", () => {
  const given = ["--datastore=etcd"];
  test.each([
    [[], 'required flag(s) "to" not set; or give the target\'s manifest with -f'],
    [["--to=latest"], '--to: "latest" is no version; the known ones: version --releases'],
    [["--to=v3.28.9"], "--to: there is no Calico release v3.28.9; the known ones: version --releases"],
    [["--to=v3.29"], "--to: v3.29 is a line of releases; its newest is v3.29.7: name one of its releases"],
    [["--to=v3.33.0"], "nothing is guessed about it: take a newer version of this program"],
    [["--to=v3.1.7", "--from=x", ...given], '--from: "x" is no version'],
    [["--to=v3.1.7", "--from=v3.1.0", "--datastore=etcd3"], "--datastore must be 'etcd' or 'kubernetes'"],
    [["--to=v3.1.7", "--from=v3.1.0", ...given, "--kubernetes=new"], '"new" is no Kubernetes version'],
    [
      ["--to=v3.1.7", "--from=v3.2.0", ...given],
      "P11: v3.1.7 is older than v3.2.0; Calico does not document downgrades",
    ],
    [["--to=v3.1.7", "--from=v3.33.0", ...given], "(newer than the releases that this program knows)"],
    [["--to=v2.6.0", "--from=v2.5.0", ...given], "R01: v2.6.0 was released with the wrong artifacts"],
    [["--to=v2.6.0", "--from=v2.5.0", ...given], "the nearest release that can be reached is v2.6.1"],
    [["--to=v3.1.7", "x"], "extra arguments: [x]"],
    [["--to=v3.1.7", "-o", "jason"], 'unable to match a printer suitable for the output format "jason"'],
    [["--to=v3.1.7", "-o", "json", "--print-commands"], "--print-commands cannot be used together with -o"],
  ])("%j: %s", async (args, message) => {
    const { exitCode, stdout, stderr } = await plan(...args);
    expect([exitCode, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });
});

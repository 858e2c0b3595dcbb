/**
 * What stands in a cluster may come from a compromised node or from whoever can edit a pod: no string of it commands
 * the user's terminal, turns the text around, or makes a line that looks like one of the program's own.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { runCli } from "../../../src/cli.ts";
import { apiError, badAnswer, connectionError } from "../../../src/errors.ts";
import { upgradeState } from "../../../src/facts/upgrade.ts";
import { catalogue } from "../../../src/releases/catalogue.ts";
import { upgradeStatus } from "../../../src/render/status/build.ts";
import { makeLiveText } from "../../../src/render/status/live-text.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { cordonAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import type { CalicoOptions } from "../../calico/era.ts";
import { ago, aHealthyCluster, aNode, now, observedOf } from "../build/a-cluster.ts";
import { aServer } from "../build/a-server.ts";
import { changedAt, isItself, leavesByKind } from "../build/leaves.ts";
import { listening } from "./on-terminal.ts";
import { upgrade } from "./upgrade-events.ts";
import { testContext } from "../flags/test-context.ts";
import { midwayObjects, midwayServes } from "../preflight/mid-upgrade.ts";

/** OSC 52 (writes the clipboard), BEL, CSI as two bytes and as one, RLO, line ends of all kinds and a forged line. */
export const hostile =
  "\u001B]52;c;ZXZpbA==\u0007\u001B[2J\u009B31m\u0090q\u202E\u2066\u2028\u2029\u0085\u007F\u000B\f\r\nFORGED: all nodes are done\n\tFORGED too\u200B\uFEFF";

interface Install {
  readonly from: CalicoOptions;
  readonly to: string;
  readonly kubernetes: string;
}

const installs: Readonly<Record<string, Install>> = {
  "v2.5 on etcd": { from: { version: "v2.5.1", datastore: "etcd" }, to: "v2.6.12", kubernetes: "v1.15.12" },
  "v2.6, Kubernetes datastore": { from: { version: "v2.6.12" }, to: "v3.3.7", kubernetes: "v1.15.12" },
  "canal v3.10": { from: { version: "v3.10.4", flavour: "canal" }, to: "v3.15.5", kubernetes: "v1.24.17" },
  "v3.29": { from: { version: "v3.29.7" }, to: "v3.30.7", kubernetes: "v1.31.4" },
};

function clusterOf({ from, to, kubernetes }: Install) {
  const as = (options: CalicoOptions) => hostedCalico(options) as unknown as readonly KubeObject[];
  const [old, next] = [as(from), as({ ...from, version: to })];
  const lease = JSON.stringify({
    run: "x/node:1",
    holder: "jane@host/1",
    since: ago(700),
    renewed: ago(600),
  });
  const made = midwayObjects({
    old,
    next,
    stage: "first node",
    edit: (object) => ({
      ...withLastApplied(object),
      metadata: {
        uid: `uid-${object.metadata.name}`,
        ...withLastApplied(object).metadata,
        ...(object.kind === "DaemonSet" ? { annotations: { [runAnnotation]: lease } } : {}),
        resourceVersion: "42",
        creationTimestamp: ago(864_000),
      },
    }),
    pod: (node) =>
      node === "node-03"
        ? { ready: false, restarts: 7, waiting: { reason: "CrashLoopBackOff", message: "back-off" } }
        : {},
  });
  const nodes = [
    aNode("node-01", { annotations: { [cordonAnnotation]: lease }, unschedulable: true }),
    aNode("node-02", { ready: "False", readyReason: "KubeletNotReady", readyMessage: "no disk" }),
    aNode("node-03", { labels: { zone: "a" } }),
  ].map((node) => ({
    ...node,
    status: {
      ...(node["status"] as object),
      nodeInfo: {
        kubeletVersion: kubernetes,
        architecture: "amd64",
        operatingSystem: "linux",
        osImage: "Debian GNU/Linux 12",
        kernelVersion: "6.1.0",
        containerRuntimeVersion: "containerd://1.7.0",
      },
      images: [{ names: ["quay.io/calico/node:v3.29.7"], sizeBytes: 1 }],
    },
  }));
  const pods = made.pods.map((pod) => terminated(pod));
  const policies = [false, true].map((isolated, at) => policy(at, isolated));
  return {
    objects: [...made.live, ...nodes, ...pods, ...made.revisions, ...policies.flat()],
    serves: midwayServes({ old, next }),
    file: JSON.stringify({ apiVersion: "v1", kind: "List", items: next }),
    to,
    kubernetes,
  };
}

/** Its container said why it ended, and something else what the pod lacks. */
function terminated(pod: KubeObject): KubeObject {
  const status = pod["status"] as { readonly containerStatuses?: readonly object[] };
  const ended = {
    terminated: { reason: "Error", message: "felix: no route", exitCode: 1, finishedAt: ago(30) },
  };
  return {
    ...pod,
    status: {
      ...status,
      containerStatuses: (status.containerStatuses ?? []).map((each) => ({ ...each, lastState: ended })),
    },
  };
}

function policy(at: number, isolated: boolean): readonly KubeObject[] {
  const name = `team-${String(at)}`;
  const annotations = isolated
    ? { "net.beta.kubernetes.io/network-policy": '{"ingress":{"isolation":"DefaultDeny"}}' }
    : {};
  const labels = { app: "web" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, uid: `uid-${name}`, annotations, labels } },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "web", namespace: name, uid: `uid-${name}-web` },
      spec: {
        podSelector: { matchLabels: labels },
        ingress: [{ from: [{ podSelector: { matchLabels: labels } }] }],
      },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", namespace: name, uid: `uid-${name}-pod`, labels },
      spec: {
        nodeName: "node-01",
        containers: [{ name: "web", image: "web:1", ports: [{ name: "http", containerPort: 80 }] }],
      },
      status: { phase: "Running", podIP: "10.0.0.1" },
    },
  ];
}

type Cluster = ReturnType<typeof clusterOf>;

async function run(cluster: Cluster, objects: readonly KubeObject[], command: string) {
  const { connection } = aServer({ version: cluster.kubernetes, objects, serves: cluster.serves });
  const { context, stdout, stderr } = testContext({
    connect: () => Promise.resolve(connection),
    readFile: () => Promise.resolve(cluster.file),
    now: () => now,
  });
  await runCli(command.split(" "), context);
  return { stdout: stdout(), stderr: stderr() };
}

/** The program's own. */
const escapes = (what: string): RegExp => new RegExp(`\u001B\\[${what}`, "g");

/** Else each command meets every ninth of them. */
const isAll = process.env["TEST_ALL"] !== undefined;

const obeyed = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function wrongIn(
  command: string,
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
): readonly string[] {
  const wrong: string[] = [];
  for (const [name, text] of [
    ["stdout", stdout],
    ["stderr", stderr],
  ] as const) {
    const at = obeyed.exec(text)?.index;
    if (at !== undefined)
      wrong.push(`${command}: ${name}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`);
    // After a line break in a message the text is indented; in a result nothing begins a line.
    const forged = (name === "stdout" ? /^[\s#>*-]*FORGED.*$/m : /^FORGED.*$/m).exec(text);
    if (forged !== null)
      wrong.push(
        `${command}: ${name}: a forged line: ${JSON.stringify(text.slice(Math.max(0, forged.index - 100), forged.index + 30))}`,
      );
    if (/calico-upgrade; the same command with -v=1/.test(text)) wrong.push(`${command}: ${text}`);
  }
  return wrong;
}

describe.each(Object.entries(installs))("%s", (_name, install) => {
  const cluster = clusterOf(install);
  const places = leavesByKind(cluster.objects);
  const poisoned = (
    chosen: readonly { readonly kind: string; readonly path: string }[],
  ): readonly KubeObject[] =>
    cluster.objects.map((object) => {
      const paths = new Set(chosen.filter(({ kind }) => kind === object.kind).map(({ path }) => path));
      return changedAt(object, (text, path) => (paths.has(path) && !isItself(path) ? text + hostile : text));
    });
  const commands = [
    "status -o wide --show-labels",
    `preflight --to=${install.to} -o wide`,
    `preflight --to=${install.to} -o short`,
    `plan --to=${install.to}`,
    `plan --to=${install.to} --print-commands`,
    `runbook --to=${install.to}`,
    `runbook --to=${install.to} -o markdown`,
    "migrate-policy --what-if",
    "migrate-policy --what-if -o html",
    "apply -f calico.yaml --dry-run=client",
    "node --all --dry-run=client",
    "controller",
    "configmap --set=veth_mtu=1400 --diff",
  ];

  test("the tests' commands say something of a cluster that is well-meant", async () => {
    for (const command of commands) {
      const told = await run(cluster, cluster.objects, command);
      expect([command, `${told.stdout}${told.stderr}`.length > 20]).toEqual([command, true]);
      expect(wrongIn(command, told)).toEqual([]);
    }
  });

  test.each(commands)(
    "no string of an object commands the terminal: %s",
    { timeout: 120_000 },
    async (command) => {
      const wrong = new Set<string>();
      const first = commands.indexOf(command);
      for (const place of places.filter((_, at) => isAll || (at + first) % 9 === 0)) {
        const told = await run(cluster, poisoned([place]), command);
        for (const each of wrongIn(command, told)) wrong.add(`${place.kind} ${place.path}: ${each}`);
      }
      expect([...wrong]).toEqual([]);
    },
  );
});

describe("what is no object", () => {
  const failing = (wrong: Error) => ({
    connect: () =>
      Promise.resolve({
        server: "https://test.example",
        namespace: "kube-system",
        namespaceGiven: false,
        request: () => Promise.reject(wrong),
        async *stream() {
          yield await Promise.reject<unknown>(wrong);
        },
        close: () => {},
      }),
  });
  const details = {
    kind: `Node${hostile}`,
    name: hostile,
    causes: [1, 2].map((at) => ({ field: `${hostile}${String(at)}`, message: hostile })),
  };

  test.each([
    ["a refusal", apiError({ status: 403, reason: "Forbidden", message: `no${hostile}` })],
    ["a reason of its own", apiError({ status: 500, reason: `Odd${hostile}`, message: `no${hostile}` })],
    ["what is invalid, and why", apiError({ status: 422, reason: "Invalid", message: hostile, details })],
    ["an answer that nobody understands", badAnswer(`the server said "${hostile}"`)],
    [
      "a certificate of somebody else",
      connectionError(`Unable to connect to the server: ${hostile.replaceAll("\n", " ")}`),
    ],
  ])("a server's error commands no terminal: %s", async (_what, error) => {
    for (const command of [
      "status",
      "preflight",
      "plan --to=v3.30.7",
      "node node-01 --restart",
      "controller",
      "configmap --set=a=b",
    ]) {
      const { context, stdout, stderr } = testContext(failing(error));
      await runCli(command.split(" "), context);
      expect(`${stdout()}${stderr()}`.length).toBeGreaterThan(10);
      expect(wrongIn(command, { stdout: stdout(), stderr: stderr() })).toEqual([]);
    }
  });

  test("a task list on a terminal shows hostile text, and draws nothing else than itself", async () => {
    const { listener, shown } = await listening();
    await upgrade(listener.emit, {
      nodes: [`node-01${hostile}`],
      between: (part, emit) => {
        emit({ kind: "note", text: `${part} says${hostile}` });
        emit({ kind: "warning", text: `${part} warns${hostile}` });
        return Promise.resolve();
      },
    });
    await listener.close();
    const written = shown.written();
    // Its own: colours, cursor, clearing of lines.
    const foreign = written
      .replaceAll(escapes("[0-9;?]*[mABCDGKJhl]"), "")
      .match(/(?![\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu);
    expect([written.includes("FORGED"), foreign, written.includes("\u001B[2J\u009B")]).toEqual([
      true,
      null,
      false,
    ]);
    expect(shown.screen().filter((line) => line.startsWith("FORGED"))).toEqual([]);
  });

  test("a screen of status -w is cleared by the program alone", () => {
    const status = upgradeStatus(
      upgradeState(
        observedOf({ ...aHealthyCluster(), nodes: [aNode("node-01", { labels: { zone: `a${hostile}` } })] }),
        catalogue,
      ),
    );
    const live = makeLiveText({
      noHeaders: false,
      wide: true,
      showLabels: true,
      screen: () => ({ rows: 40, columns: 400 }),
    });
    const written = live(status);
    expect(written).toContain("]52;c;");
    expect(
      written.replaceAll(escapes("(H|K|J|2J)"), "").match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu),
    ).toBeNull();
  });

  test("the words of a bundle, its list and the question about it", async () => {
    const root = await mkdtemp(join(tmpdir(), "hostile-"));
    try {
      const folder = join(root, `run${hostile.replaceAll("/", "")}`.replaceAll("\u0000", ""));
      await mkdir(folder, { mode: 0o700 });
      const index = {
        apiVersion: "calico-upgrade/v1alpha1",
        kind: "UndoBundle",
        format: 1,
        command: hostile,
        cluster: { uid: hostile, server: hostile },
        started: hostile,
        entries: [],
      };
      await writeFile(join(folder, "index.json"), JSON.stringify(index), { mode: 0o600 });
      for (const output of ["table", "wide"]) {
        const { context, stdout, stderr } = testContext();
        const command = ["undo", "--list", `--bundle-dir=${root}`, "-o", output];
        await runCli(command, context);
        expect(wrongIn(command.join(" "), { stdout: stdout(), stderr: stderr() })).toEqual([]);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  test("-o json and -o yaml have every character, and a terminal that shows them obeys none", async () => {
    const [, install] = Object.entries(installs).at(-1) ?? [];
    if (install === undefined) throw new Error("there is no install");
    const cluster = clusterOf(install);
    const objects = cluster.objects.map((object) =>
      changedAt(object, (text, path) =>
        object.kind === "Node" && path.endsWith("labels.zone") ? `a${hostile}` : text,
      ),
    );
    const told = await run(cluster, objects, "status -o json");
    expect(obeyed.exec(told.stdout)).toBeNull();
    expect(JSON.stringify((JSON.parse(told.stdout) as { nodes: unknown }).nodes)).toContain(
      JSON.stringify(`a${hostile}`).slice(1, -1),
    );
    const yaml = await run(cluster, objects, "status -o yaml");
    expect(JSON.stringify((parse(yaml.stdout) as { nodes: unknown }).nodes)).toContain(
      JSON.stringify(`a${hostile}`).slice(1, -1),
    );
  });
});

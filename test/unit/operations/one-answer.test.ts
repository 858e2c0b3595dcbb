/**
 * Hazard H35: ready means that the command would begin. On every sick cluster that unit tests know, `preflight --for`
 * and the dry run of that command give one answer.
 */
import { describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { runAnnotation } from "../../../src/model/names.ts";
import type { PreflightReport } from "../../../src/render/preflight/kind.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { ago, aNode, now } from "../build/a-cluster.ts";
import { aServer, type ServerSpec } from "../build/a-server.ts";
import { testContext } from "../flags/test-context.ts";
import { midwayObjects, midwayServes, type MidwayObjects, type Stage } from "../preflight/mid-upgrade.ts";
import { schemaErrorsOf } from "../render/schema.ts";

const hosted = (version: string) =>
  hostedCalico({ version, datastore: "kdd" }) as unknown as readonly KubeObject[];
const [old, next] = [hosted("v3.29.7"), hosted("v3.30.7")];

interface Sickness {
  readonly stage?: Stage;
  /** What somebody did to the objects of Calico. */
  readonly edit?: (object: KubeObject) => KubeObject | undefined;
  readonly pod?: Parameters<typeof midwayObjects>[0]["pod"];
  /** Of the whole cluster, as it was made. */
  readonly cluster?: (objects: MidwayObjects) => MidwayObjects;
  readonly server?: Partial<ServerSpec>;
  /** The file, where it is none for this install. */
  readonly inFile?: readonly object[];
  readonly file?: (object: KubeObject) => KubeObject | undefined;
}

const only =
  (kind: string, change: (object: KubeObject) => KubeObject | undefined, name = /calico/) =>
  (object: KubeObject): KubeObject | undefined =>
    object.kind === kind && name.test(object.metadata.name) ? change(object) : object;
const withSpec = (object: KubeObject, more: object): KubeObject => ({
  ...object,
  spec: { ...(object["spec"] as object), ...more },
});
const annotated = (object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});
const nodesAre =
  (name: string, spec: Parameters<typeof aNode>[1]) =>
  (all: MidwayObjects): MidwayObjects => ({
    ...all,
    nodes: all.nodes.map((node) => (node.metadata.name === name ? aNode(name, spec) : node)),
  });
const lease = (holder: string, seconds: number, run: string): string =>
  JSON.stringify({ run, holder, since: ago(seconds + 60), renewed: ago(seconds) });

const noImage = { ready: false, waiting: { reason: "ImagePullBackOff", message: "not found" } };
const crashing = { ready: false, restarts: 7, waiting: { reason: "CrashLoopBackOff" } };

const sick: Readonly<Record<string, Sickness>> = {
  "nothing at all": {},
  "everything is done": { stage: "contract" },
  "an upgrade was interrupted after its first node": { stage: "first node" },
  "an upgrade was interrupted before the template": { stage: "configmap" },
  "H16: a kubelet is silent": { cluster: nodesAre("node-03", { ready: "Unknown" }) },
  "H16: a node is not Ready for another reason": {
    cluster: nodesAre("node-02", { ready: "False", readyReason: "KubeletNotReady", readyMessage: "disk" }),
  },
  "H17: calico-node has just been restarted": { pod: () => ({ started: ago(20) }) },
  "H18: calico-node of one node crashes": { pod: (node) => (node === "node-03" ? crashing : {}) },
  "H18: calico-node of every node crashes": { pod: () => crashing },
  "an image cannot be pulled on a node": { pod: (node) => (node === "node-02" ? noImage : {}) },
  "the new image cannot be pulled": { stage: "first node", pod: (_node, isNew) => (isNew ? noImage : {}) },
  "H13: somebody works": {
    edit: only("DaemonSet", (object) =>
      annotated(object, { [runAnnotation]: lease("jane@host/1", 5, "x/apply:1") }),
    ),
  },
  "H13: somebody works, and nothing is left to do": {
    stage: "contract",
    edit: only("DaemonSet", (object) =>
      annotated(object, { [runAnnotation]: lease("jane@host/1", 5, "x/apply:1") }),
    ),
  },
  "H13: a run was left unfinished": {
    edit: only("DaemonSet", (object) =>
      annotated(object, { [runAnnotation]: lease("jane@host/1", 600, "x/apply:1") }),
    ),
  },
  "H13: a lease cannot be read": {
    edit: only("DaemonSet", (object) => annotated(object, { [runAnnotation]: "{" })),
  },
  "H14: somebody has set a value of the ConfigMap": {
    edit: only("ConfigMap", (object) => ({
      ...managedByOther(object, "data", "veth_mtu"),
      data: { ...(object["data"] as object), veth_mtu: "1300" },
    })),
  },
  "H05: an account is missing": { edit: only("ServiceAccount", () => undefined) },
  "H05: a role allows too little": { edit: only("ClusterRole", (object) => ({ ...object, rules: [] })) },
  "a CRD is missing": { edit: only("CustomResourceDefinition", () => undefined, /felix/) },
  "the controller runs twice": { edit: only("Deployment", (object) => withSpec(object, { replicas: 2 })) },
  "the file's controller would run twice": {
    file: only("Deployment", (object) => withSpec(object, { strategy: { type: "RollingUpdate" } })),
  },
  "the controller is paused": { edit: only("Deployment", (object) => withSpec(object, { paused: true })) },
  "the controller is gone": { edit: only("Deployment", () => undefined) },
  "a pod of the controller belongs to nobody": {
    cluster: (all) => ({
      ...all,
      pods: [
        ...all.pods,
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: "stray",
            namespace: "kube-system",
            labels: { "k8s-app": "calico-kube-controllers" },
          },
          spec: {
            nodeName: "node-01",
            containers: [{ name: "c", image: "calico/kube-controllers:v3.29.7" }],
          },
          status: { phase: "Running" },
        },
      ],
    }),
  },
  "the DaemonSet is gone": { edit: only("DaemonSet", () => undefined) },
  "the file was exported from another state": {
    file: (object) => ({ ...object, metadata: { ...object.metadata, resourceVersion: "7" } }),
  },
  "the file is for etcd": { inFile: hostedCalico({ version: "v3.30.7", datastore: "etcd" }) },
  "the file's selector is another": {
    file: only("DaemonSet", (object) => withSpec(object, { selector: { matchLabels: { other: "yes" } } })),
  },
  "the file has a placeholder": {
    file: only("ConfigMap", (object) => ({
      ...object,
      data: { ...(object["data"] as object), veth_mtu: "<MTU>" },
    })),
  },
  "admission refuses every pod": {
    server: { admits: (object) => (object.kind === "Pod" ? "denied by pods.guard.example.org" : undefined) },
  },
  "admission refuses the DaemonSet": {
    server: { admits: (object) => (object.kind === "DaemonSet" ? "denied by policy" : undefined) },
  },
  "rights are missing": { server: { denied: ["delete pods", "patch daemonsets"] } },
};

/** As if `kubectl edit` had written one field. */
function managedByOther(object: KubeObject, ...path: readonly string[]): KubeObject {
  const fieldsV1 = path.toReversed().reduce<object>((inner, field) => ({ [`f:${field}`]: inner }), {});
  const entry = {
    manager: "kubectl-edit",
    operation: "Update",
    apiVersion: object.apiVersion,
    time: ago(60),
    fieldsType: "FieldsV1",
    fieldsV1,
  };
  return {
    ...object,
    metadata: { ...object.metadata, managedFields: [...(object.metadata.managedFields ?? []), entry] },
  } as KubeObject;
}

interface Reported {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(sickness: Sickness, begun: Stage, ...args: readonly string[]): Promise<Reported> {
  const {
    stage = begun,
    inFile = next,
    edit,
    pod,
    cluster = (all) => all,
    server = {},
    file = (all) => all,
  } = sickness;
  const applied = (object: KubeObject): KubeObject => ({
    ...withLastApplied(object),
    metadata: {
      uid: `uid-${object.metadata.name}`,
      ...withLastApplied(object).metadata,
      resourceVersion: "42",
      creationTimestamp: ago(864_000),
    },
  });
  const at = (object: KubeObject): KubeObject | undefined => {
    const as = applied(object);
    return edit === undefined ? as : edit(as);
  };
  const made = cluster(midwayObjects({ old, next, stage, edit: at, ...(pod === undefined ? {} : { pod }) }));
  const { connection, written } = aServer({
    version: "v1.31.4",
    objects: [...made.live, ...made.nodes, ...made.pods, ...made.revisions],
    serves: midwayServes({ old, next }),
    ...server,
  });
  const items = (inFile as readonly KubeObject[]).flatMap((object) => file(object) ?? []);
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const { context, stdout, stderr } = testContext({
    connect: () => Promise.resolve(connection),
    readFile: () => Promise.resolve(text),
    now: () => now,
  });
  const exitCode = await runCli([...args], context);
  expect(written).toEqual([]);
  return { exitCode, stdout: stdout(), stderr: stderr() };
}

const nodes = ["node-01", "node-02", "node-03"];
/** Where a command has its place: after what it needs. */
const places: Readonly<Record<keyof typeof commands, Stage>> = {
  apply: "nothing",
  node: "configmap",
  controller: "expand",
  configmap: "expand",
};
const commands = {
  apply: ["-f", "calico.yaml"],
  node: [...nodes, "-f", "calico.yaml"],
  controller: ["-f", "calico.yaml"],
  configmap: ["-f", "calico.yaml"],
} as const;

const cases = Object.keys(sick).flatMap((what) =>
  (Object.keys(commands) as (keyof typeof commands)[]).map((command) => [command, what] as const),
);

test.each(cases)("%s: where there is %s, preflight and the dry run say the same", async (command, what) => {
  const sickness = sick[what] ?? {};
  const asked = await run(
    sickness,
    places[command],
    "preflight",
    ...commands[command],
    `--for=${command}`,
    "-o",
    "json",
  );
  const dry = await run(
    sickness,
    places[command],
    command,
    ...commands[command],
    "--dry-run=server",
    "-o",
    "json",
  );
  // What is refused at the start prints no result, or has done nothing yet.
  const refused = dry.stdout === "" || dry.stderr.includes("error: the server would refuse");
  const begins = dry.exitCode === 0 || !refused;
  const report = asked.stdout === "" ? undefined : (JSON.parse(asked.stdout) as PreflightReport);
  expect(asked.exitCode === 0, `${dry.stderr}\n${asked.stderr}${asked.stdout}`).toBe(begins);
  if (report === undefined) return;
  expect(schemaErrorsOf("preflight", report)).toEqual([]);
  expect([report.command, report.ready]).toEqual([command, begins]);
  // For one reason, too.
  const ids = [...(report.refusals ?? []), ...report.findings.filter(({ blocks }) => blocks)].map(
    ({ id }) => id,
  );
  const [, id] = /^([A-Z]\d\d): /.exec(what) ?? [];
  if (!begins && id !== undefined) expect(ids).toContain(id);
});

test("both answers are given, so that equal is not always the same", async () => {
  const answers = await Promise.all(
    ["nothing at all", "H16: a kubelet is silent", "H18: calico-node of one node crashes"].map(
      async (what) => {
        const args = ["preflight", ...commands.node, "--for=node", "-o", "name"];
        const { exitCode, stdout } = await run(sick[what] ?? {}, places.node, ...args);
        return [exitCode, stdout];
      },
    ),
  );
  expect(answers).toEqual([
    [0, ""],
    [1, "H16\n"],
    [1, "H18\n"],
  ]);
});

test("-o short has one line for each, also for words of a command that have several", async () => {
  const args = ["preflight", "-f", "calico.yaml", "-o", "short"];
  const { stdout } = await run(sick["the file was exported from another state"] ?? {}, "nothing", ...args);
  const [, first = "", ...others] = stdout.trimEnd().split("\n");
  expect(first).toMatch(
    /^× the file was made for another state of what is in the cluster: .* nothing was changed$/,
  );
  for (const line of others) expect(line).toMatch(/^[×‼i] [A-Z]\d\d {2}/);
});

describe("what is said where no command was asked", () => {
  test.each([
    [["--to=v3.30.7"], "no blocker known"],
    [["-f", "calico.yaml", "--checks=P,B"], "no blocker known"],
    [["-f", "calico.yaml"], "ready for apply"],
    [["--for=controller"], "ready for controller"],
  ])("%j: %s", async (args, words) => {
    const { exitCode, stdout } = await run({}, "nothing", "preflight", ...args, "-o", "short");
    expect([exitCode, stdout.split("\n")[0]]).toEqual([0, expect.stringContaining(`: ${words}`)]);
  });

  test.each([
    [["--for=apply"], "--for=apply goes with -f FILE"],
    [["--for=configmap"], "--for=configmap goes with -f FILE"],
    [["--for=undo"], '--for must be one of apply, node, controller, configmap, not "undo"'],
    [["--for=node", "--checks=P"], "leave --checks and --skip-checks out"],
    [["--for=node", "--facts=f"], "leave --facts out"],
    [["--for=controller", "node-01"], "NODE goes with --for=node, not controller"],
    [["node-01"], "extra arguments: [node-01]"],
  ])("%j: %s", async (args, words) => {
    const { exitCode, stdout, stderr } = await run({}, "nothing", "preflight", ...args);
    expect([exitCode, stdout, stderr]).toEqual([1, "", expect.stringContaining(words)]);
  });
});

/** Clusters of several eras in the middle of an upgrade, with something wrong on each node, and commands on them. */
import { runCli } from "../../../src/cli.ts";
import { withLastApplied } from "../../../src/merge/last-applied.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { cordonAnnotation, runAnnotation } from "../../../src/model/names.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import type { CalicoOptions } from "../../calico/era.ts";
import { ago, aNode, now } from "../build/a-cluster.ts";
import { aServer } from "../build/a-server.ts";
import { changedAt, isItself } from "../build/leaves.ts";
import { testContext } from "../flags/test-context.ts";
import { midwayObjects, midwayServes } from "../preflight/mid-upgrade.ts";

export interface Install {
  readonly from: CalicoOptions;
  readonly to: string;
  readonly kubernetes: string;
}

export const installs: Readonly<Record<string, Install>> = {
  "v2.5 on etcd": { from: { version: "v2.5.1", datastore: "etcd" }, to: "v2.6.12", kubernetes: "v1.15.12" },
  "v2.6, Kubernetes datastore": { from: { version: "v2.6.12" }, to: "v3.3.7", kubernetes: "v1.15.12" },
  "canal v3.10": { from: { version: "v3.10.4", flavour: "canal" }, to: "v3.15.5", kubernetes: "v1.24.17" },
  "v3.29": { from: { version: "v3.29.7" }, to: "v3.30.7", kubernetes: "v1.31.4" },
};

export function clusterOf({ from, to, kubernetes }: Install) {
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

export type Cluster = ReturnType<typeof clusterOf>;

export async function run(cluster: Cluster, objects: readonly KubeObject[], command: string) {
  const { connection } = aServer({ version: cluster.kubernetes, objects, serves: cluster.serves });
  const { context, stdout, stderr } = testContext({
    connect: () => Promise.resolve(connection),
    readFile: () => Promise.resolve(cluster.file),
    now: () => now,
  });
  await runCli(command.split(" "), context);
  return { stdout: stdout(), stderr: stderr() };
}

export interface Place {
  readonly kind: string;
  readonly path: string;
}

/** The cluster's objects with something in their strings at these places. */
export function withAt(
  { objects }: Cluster,
  chosen: readonly Place[],
  change: (text: string) => unknown,
): readonly KubeObject[] {
  return objects.map((object) => {
    const paths = new Set(chosen.filter(({ kind }) => kind === object.kind).map(({ path }) => path));
    return changedAt(object, (text, path) => (paths.has(path) && !isItself(path) ? change(text) : text));
  });
}

/** What reads, and what tells what it would do. */
export function readingCommands({ to }: Install): readonly string[] {
  return [
    "status -o wide --show-labels",
    `preflight --to=${to} -o wide`,
    `preflight --to=${to} -o short`,
    `plan --to=${to}`,
    `plan --to=${to} --print-commands`,
    `runbook --to=${to}`,
    `runbook --to=${to} -o markdown`,
    "migrate-policy --what-if",
    "migrate-policy --what-if -o html",
    "apply -f calico.yaml --dry-run=client",
    "node --all --dry-run=client",
    "controller",
    "configmap --set=veth_mtu=1400 --diff",
  ];
}

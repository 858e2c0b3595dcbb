/**
 * `preflight` on 5,000 nodes, 10,000 pods and 2,000 policies on a real API server, beside kubectl's lists of
 * the same objects, and on the facts saved of it; the catalogue and one plan alone. `node bench/preflight.ts`
 * after `npm run build`; --size 0.1 for a tenth of it. Exit code 1 when an aim is missed.
 */
import { mkdtempSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { upgradePlan } from "../src/plan/upgrade/make.ts";
import { catalogue, parseCatalogue } from "../src/releases/catalogue.ts";
import { releaseTable } from "../src/releases/table.ts";
import { versionOf } from "../src/releases/version.ts";
import { installCalico } from "../test/calico/install.ts";
import { startCluster, type Cluster } from "../test/cluster/cluster.ts";
import { readProcesses } from "../test/cluster/state.ts";
import { compare, finish, median, wall, type Command } from "./pairs.ts";
import { peakMemory } from "./peak-memory.ts";

const { values } = parseArgs({
  options: { size: { type: "string", default: "1" }, rounds: { type: "string", default: "5" } },
});
const size = Number(values.size);
const [nodes, pods, policies] = [5000, 10_000, 2000].map((count) => Math.round(count * size)) as [
  number,
  number,
  number,
];
const executable = join(import.meta.dirname, "../dist/kubectl-calico_upgrade");
let over = 0;

alone();
const cluster = await startCluster({ nodes: 3 });
try {
  await installCalico(cluster, { version: "v3.29.7" });
  // Nobody is to work on these nodes and pods while it is measured.
  freeze(cluster, "SIGSTOP");
  await fill(cluster);
  await measure(cluster);
} finally {
  freeze(cluster, "SIGCONT");
  await cluster.stop();
}
process.exitCode = over === 0 ? 0 : 1;

/** Without a cluster: what every run of preflight and plan pays. */
function alone(): void {
  const load = timed(20, () => parseCatalogue(releaseTable));
  print("loading the catalogue", `${load.toFixed(1)} ms`, load < 10, "< 10 ms");
  const standing = {
    from: versionOf("v2.4.1"),
    datastore: "etcd",
    kubernetes: 9,
    canal: false,
    typha: false,
    ebpf: false,
    vxlan: false,
    namespace: "kube-system",
    daemonSet: "calico-node",
  } as const;
  const plan = timed(20, () => upgradePlan(standing, versionOf("v3.32.1"), catalogue));
  print("one whole plan, v2.4.1 to v3.32.1 with etcd", `${plan.toFixed(1)} ms`, plan < 5, "< 5 ms");
}

/** Stops what would delete or change what is made here: only the API server goes on. */
function freeze({ name }: Cluster, signal: "SIGSTOP" | "SIGCONT"): void {
  const others = ["kube-controller-manager", "kube-scheduler", "kwok"];
  for (const { component, pid } of readProcesses(name))
    if (others.includes(component)) process.kill(pid, signal);
}

/** Milliseconds of CPU: what else the machine does is not counted. */
function timed(rounds: number, work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return median(times);
}

/** Nodes as kubelets register them, with 50 images each; a calico-node on each, and pods and policies beside. */
async function fill({ api }: Cluster): Promise<void> {
  const began = performance.now();
  const template = (await api.ask("GET", "/api/v1/nodes/node-01")) as Record<string, unknown>;
  const daemonSet = (await api.ask("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node")) as {
    metadata: { uid: string };
    spec: { template: { metadata: { labels: object }; spec: object } };
  };
  const status = template["status"] as object;
  const images = Array.from({ length: 50 }, (_, index) => ({
    names: [
      `registry.example/team/app-${String(index)}@sha256:${"0".repeat(64)}`,
      `registry.example/team/app-${String(index)}:v1`,
    ],
    sizeBytes: 1e8,
  }));
  await many(nodes, async (index) => {
    const name = `bench-${String(index)}`;
    await api.ask("POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "kubernetes.io/os": "linux", "kubernetes.io/hostname": name } },
      spec: { podCIDR: `10.${String(64 + (index >> 8))}.${String(index & 255)}.0/24` },
      status: { ...status, images },
    });
  });
  const { metadata, spec } = daemonSet.spec.template;
  await many(Math.min(nodes, pods), (index) =>
    create(
      api,
      "kube-system",
      {
        name: `calico-node-b${String(index)}`,
        labels: metadata.labels,
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            name: "calico-node",
            uid: daemonSet.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      { ...spec, nodeName: `bench-${String(index)}` },
    ),
  );
  await many(Math.max(0, pods - nodes), (index) =>
    create(
      api,
      "default",
      { name: `app-${String(index)}`, labels: { app: `app-${String(index % 500)}`, tier: "web" } },
      {
        nodeName: `bench-${String(index % nodes)}`,
        containers: [
          {
            name: "main",
            image: "registry.example/team/app:v1",
            resources: { requests: { cpu: "100m", memory: "64Mi" } },
          },
        ],
      },
    ),
  );
  await many(policies, async (index) => {
    await api.ask("POST", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `policy-${String(index)}` },
      spec: {
        podSelector: { matchLabels: { app: `app-${String(index % 500)}` } },
        ingress: [{ from: [{ podSelector: { matchLabels: { tier: "web" } } }], ports: [{ port: 80 }] }],
      },
    });
  });
  console.error(`filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function create(api: Cluster["api"], namespace: string, metadata: object, spec: object): Promise<void> {
  await api.ask("POST", `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec,
  });
}

/** Some at a time: as quick as the server is. */
async function many(count: number, make: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      // Each worker makes one after the other.
      await make(index);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

async function measure({ env }: Cluster): Promise<void> {
  const what = `${String(nodes)} nodes, ${String(pods)} pods, ${String(policies)} policies`;
  // What it finds here is not asked: calico-node pods that never start are many findings.
  const anyway = ["--ignore-preflight-errors", "all"];
  const ours = (...args: string[]): Command => ({
    command: executable,
    args: ["preflight", ...args, ...anyway],
  });
  const kubectl = (...args: string[]): Command => ({ command: "kubectl", args: ["get", ...args] });
  const lists = [
    kubectl("nodes"),
    kubectl("pods", "-A"),
    kubectl("networkpolicies", "-A"),
    kubectl("daemonsets,deployments", "-A"),
  ];
  const target = ["--to", "v3.31.7"];
  const rounds = Number(values.rounds);
  const ratio = await compare(
    rounds,
    () => wall([ours(...target)], env),
    () => wall(lists, env),
  );
  print(
    `preflight / kubectl lists, ${what}`,
    `${ratio.median.toFixed(2)} × (${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)}; ${ratio.ours.toFixed(0)} / ${ratio.theirs.toFixed(0)} ms)`,
    ratio.median <= 1,
    "≤ 1.0 ×",
  );
  const peaks: number[] = [];
  for (let round = 0; round < 3; round += 1) peaks.push(await peakMemory(ours(...target), env));
  print("its peak memory", `${median(peaks).toFixed(0)} MB`, median(peaks) <= 300, "≤ 300 MB");
  const file = join(mkdtempSync(join(tmpdir(), "bench-")), "facts.json");
  await finish(ours(...target, "--save-facts", file), env);
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    times.push(await wall([ours(...target, "--facts", file)], env));
  print("preflight --facts of the same", `${median(times).toFixed(0)} ms`, median(times) < 1000, "< 1 s");
}

function print(what: string, found: string, good: boolean, aim: string): void {
  if (!good) over += 1;
  console.log(`${good ? "ok  " : "OVER"}  ${what}: ${found}, aim ${aim} (${String(cpus().length)} cores)`);
}

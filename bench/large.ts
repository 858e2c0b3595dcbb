/**
 * `status` and `preflight` on 5,000 nodes, 10,000 pods and 2,000 policies on a real API server, beside kubectl's
 * lists of the same objects, and `preflight` on the facts saved of it; the catalogue and one plan alone. `node bench/large.ts`
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
import { fill, freeze } from "./many-nodes.ts";
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
  await fill(cluster, { nodes, pods, policies });
  await measureStatus(cluster);
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
  const start = {
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
  const plan = timed(20, () => upgradePlan(start, versionOf("v3.32.1"), catalogue));
  print("one whole plan, v2.4.1 to v3.32.1 with etcd", `${plan.toFixed(1)} ms`, plan < 5, "< 5 ms");
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

/** What somebody waits for in an incident, beside the two lists that show less of it. */
async function measureStatus({ env }: Cluster): Promise<void> {
  const ours: Command = { command: executable, args: ["status"] };
  const calicoPods = ["-n", "kube-system", "-l", "k8s-app=calico-node", "-o", "wide"];
  const lists: Command[] = [["nodes"], ["pods", ...calicoPods]].map((what) => ({
    command: "kubectl",
    args: ["get", ...what],
  }));
  const ratio = await compare(
    Number(values.rounds),
    () => wall([ours], env),
    () => wall(lists, env),
  );
  const what = `${String(nodes)} nodes`;
  print(
    `status / kubectl get nodes + get pods -o wide, ${what}`,
    `${ratio.median.toFixed(2)} × (${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)}; ${ratio.ours.toFixed(0)} / ${ratio.theirs.toFixed(0)} ms)`,
    ratio.median <= 0.7,
    "≤ 0.7 ×",
  );
  const peakOf = async (command: Command): Promise<number> => {
    const peaks: number[] = [];
    for (let round = 0; round < 3; round += 1) peaks.push(await peakMemory(command, env));
    return median(peaks);
  };
  const mine = await peakOf(ours);
  const theirs = Math.max(...(await Promise.all(lists.map(peakOf))));
  print(
    `its peak memory / that of the larger list, ${what}`,
    `${(mine / theirs).toFixed(2)} × (${mine.toFixed(0)} / ${theirs.toFixed(0)} MB)`,
    mine <= 0.7 * theirs,
    "≤ 0.7 ×",
  );
}

function print(what: string, found: string, good: boolean, aim: string): void {
  if (!good) over += 1;
  console.log(`${good ? "ok  " : "OVER"}  ${what}: ${found}, aim ${aim} (${String(cpus().length)} cores)`);
}

/**
 * `node --all` beside a shell loop of kubectl cordon, delete, wait and uncordon over the same 50 nodes.
 * `npm run bench -- fleet`, or `node bench/fleet.ts [--nodes 50]`. Exit code 1 when an aim is missed.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installCalico, workloadsReady } from "../test/calico/install.ts";
import { startCluster, type Cluster } from "../test/cluster/cluster.ts";
import { counted, waitingFor } from "./requests.ts";

const { values } = parseArgs({ options: { nodes: { type: "string", default: "50" } } });
const count = Number(values.nodes);
const executable = join(import.meta.dirname, "../dist/kubectl-calico_upgrade");

/** Nothing but what a user would type; the new pod is waited for until there is one. */
const loop = `
for node in $(kubectl get nodes -o name); do
  name=\${node#node/}
  on="-n kube-system -l k8s-app=calico-node --field-selector spec.nodeName=$name"
  kubectl cordon $name
  kubectl delete pod $on
  until kubectl wait pod $on --for=condition=Ready --timeout=60s 2>/dev/null; do :; done
  kubectl uncordon $name
done`;

const own =
  "node --all --restart --yes --force --settle=0s --canaries=0 --prepull=never --ignore-preflight-errors=H17,H36";

interface Run {
  /** Seconds. */
  readonly wall: number;
  /** Seconds of user and system, with those of every child. */
  readonly cpu: number;
}

/** Runs it in a shell, which knows what its children took. */
async function measured(script: string, { env }: Cluster): Promise<Run> {
  const began = performance.now();
  const child = spawn("bash", ["-c", `(${script}) >/dev/null; code=$?; times >&2; exit $code`], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(stderr);
  const wall = (performance.now() - began) / 1000;
  const times = [...stderr.matchAll(/(\d+)m([\d.]+)s/g)].slice(-2);
  return {
    wall,
    cpu: times.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0),
  };
}

let over = 0;

function print(what: string, value: string, good: boolean, aim: string): void {
  if (!good) over += 1;
  console.log(`${good ? "ok   " : "OVER "} ${what}: ${value}, aim ${aim}`);
}

const cluster = await startCluster({ nodes: count, audit: "Metadata" });
try {
  await installCalico(cluster, { version: "v3.29.0" });
  await workloadsReady(cluster);
  await measure();
} finally {
  await cluster.stop();
}
process.exitCode = over === 0 ? 0 : 1;

async function measure(): Promise<void> {
  const { audit } = cluster;
  const ours = (...more: readonly string[]): string => [executable, own, ...more].join(" ");
  const theirs = await measured(loop, cluster);
  const mark = await audit.mark();
  const one = await measured(ours(), cluster);
  const requests = await audit.since(mark);
  const several = await measured(ours("--max-unavailable=5"), cluster);

  const ratio = (run: Run): number => run.wall / theirs.wall;
  const both = (run: Run): string =>
    `${ratio(run).toFixed(2)} × (${run.wall.toFixed(1)} / ${theirs.wall.toFixed(1)} s)`;
  const title = `node --all, ${String(count)} nodes / a loop of kubectl`;
  print(title, both(one), ratio(one) <= 0.5, "≤ 0.5 ×");
  print(`${title}, --max-unavailable=5`, both(several), ratio(several) <= 0.15, "≤ 0.15 ×");
  const cpu = one.cpu / theirs.cpu;
  print(
    `CPU, ${title}`,
    `${cpu.toFixed(2)} × (${one.cpu.toFixed(1)} / ${theirs.cpu.toFixed(1)} s)`,
    cpu <= 0.25,
    "≤ 0.25 ×",
  );
  const waited = perNode(requests).reduce((sum, each) => sum + waitingFor(each), 0) / 1000;
  const time = ((one.wall - waited) / count) * 1000;
  print("our own time per node", `${time.toFixed(0)} ms`, time <= 150, "≤ 150 ms");
  const sent = counted(requests.filter(({ userAgent }) => userAgent.includes("calico_upgrade")));
  const each = sent.filter(({ objectRef, verb }) => isOfNode(objectRef, verb)).length / count;
  print("requests per node", each.toFixed(1), each <= 6, "≤ 6");
  console.log(`      all requests of the run: ${String(sent.length)}`);
}

/** What is sent for a node; the lease, lists and watches are the run's. */
function isOfNode(ref: Readonly<Record<string, string>> | undefined, verb: string): boolean {
  return ["nodes", "pods", "events"].includes(ref?.["resource"] ?? "") && !["list", "watch"].includes(verb);
}

/** The requests from one delete of a calico-node pod to the next. */
function perNode<
  T extends {
    readonly verb: string;
    readonly userAgent: string;
    readonly objectRef: Readonly<Record<string, string>> | undefined;
  },
>(all: readonly T[]): readonly (readonly T[])[] {
  const starts = all.flatMap((each, at) =>
    each.verb === "delete" &&
    each.objectRef?.["resource"] === "pods" &&
    each.userAgent.includes("calico_upgrade")
      ? [at]
      : [],
  );
  return starts.map((at, index) => all.slice(at, starts[index + 1] ?? all.length));
}

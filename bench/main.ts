/**
 * `npm run bench`: how quick the executable is beside kubectl, in the same run. Prints one line per
 * figure and ends with exit code 1 when one is over its aim. `npm run bench -- --rounds 30`.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { installCalico } from "../test/calico/install.ts";
import { startCluster } from "../test/cluster/cluster.ts";
import type { Cluster } from "../test/cluster/cluster.ts";
import { applyRequests, applyUnchanged } from "./apply.ts";
import { controllerDowntime } from "./controller.ts";
import { compare, finish, median, wall } from "./pairs.ts";
import type { Command, Ratio } from "./pairs.ts";
import { peakMemory } from "./peak-memory.ts";
import { rebaseCost } from "./rebase.ts";
import { counted, waitingFor } from "./requests.ts";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { rounds: { type: "string", default: "20" } } });
const rounds = Number(values.rounds);
const executable = join(root, "dist/kubectl-calico_upgrade");
const ours = (...args: string[]): Command => ({ command: executable, args });
const kubectl = (...args: string[]): Command => ({ command: "kubectl", args });

let over = 0;

execFileSync(process.execPath, [join(root, "scripts/build.ts")], { stdio: ["ignore", "ignore", "inherit"] });
const cluster = await startCluster({ nodes: 3, audit: "Metadata" });
try {
  await installCalico(cluster, { version: "v3.29.0" });
  const installed = Date.now();
  await startUp(cluster);
  await completion(cluster);
  // Of pods younger than a minute `status` asks for events, too: that is an upgrade, and not the usual look.
  await delay(installed + 61_000 - Date.now());
  await status(cluster);
  await node(cluster);
  await controller(cluster);
  await apply();
  await rebase();
  await requests(cluster);
  await memory(cluster);
} finally {
  await cluster.stop();
}
process.exitCode = over === 0 ? 0 : 1;

async function startUp({ env }: Cluster): Promise<void> {
  const reference = [kubectl("version", "--client")];
  for (const [flag, aim] of [
    ["--version", 1],
    ["--help", 1.1],
  ] as const) {
    const ratio = await compare(
      rounds,
      () => wall([ours(flag)], env),
      () => wall(reference, env),
    );
    printRatio(`${flag} / kubectl version --client`, ratio, aim);
  }
}

async function status({ env }: Cluster): Promise<void> {
  const ratio = await compare(
    rounds,
    () => wall([ours("status")], env),
    () =>
      wall(
        [kubectl("get", "nodes"), kubectl("-n", "kube-system", "get", "ds,deploy,pods", "-o", "wide")],
        env,
      ),
  );
  printRatio("status / kubectl get nodes + get ds,deploy,pods -o wide", ratio, 0.8);
}

/** What TAB costs, with the names in the cache as they are at the second one. */
async function completion({ env }: Cluster): Promise<void> {
  const ratio = await compare(
    rounds,
    () => wall([ours("__complete", "node", "")], env),
    () => wall([kubectl("__complete", "get", "nodes", "")], env),
  );
  printRatio("names of nodes / kubectl __complete get nodes", ratio, 1);
}

/** Own time on both sides: without waiting for the pod, which is the cluster's time and not the client's. */
async function node({ env, audit, kubectl: run }: Cluster): Promise<void> {
  const pod = async (): Promise<string> => {
    const query = ["-l", "k8s-app=calico-node", "--field-selector", "spec.nodeName=node-01", "-o", "name"];
    return (await run(["-n", "kube-system", "get", "pods", ...query])).stdout.trim();
  };
  const allReady = [
    "wait",
    "daemonset/calico-node",
    "--for=jsonpath={.status.numberReady}=3",
    "--timeout=60s",
  ];
  const waitUntilReady = async (): Promise<void> => {
    const { code, stderr } = await run(["-n", "kube-system", ...allReady]);
    if (code !== 0) throw new Error(stderr);
  };
  const ratio = await compare(
    Math.ceil(rounds / 2),
    async () => {
      const mark = await audit.mark();
      const whole = await wall([ours("node", "node-01", "--restart", "--force", "--settle=0s")], env);
      return whole - waitingFor(await audit.since(mark));
    },
    async () => {
      const name = await pod();
      const whole = await wall(
        [
          kubectl("cordon", "node-01"),
          kubectl("-n", "kube-system", "delete", name, "--wait=false"),
          kubectl("uncordon", "node-01"),
        ],
        env,
      );
      await waitUntilReady();
      return whole;
    },
  );
  printRatio("node, own time / kubectl cordon + delete --wait=false + uncordon", ratio, 1);
}

/** Deployment to Deployment of the same name. */
async function controller(started: Cluster): Promise<void> {
  const ratio = await controllerDowntime(started, Math.ceil(rounds / 4), ours, kubectl);
  const more = ratio.ours - ratio.theirs;
  const times = `${ratio.ours.toFixed(0)} / ${ratio.theirs.toFixed(0)} ms`;
  print(
    "time without a controller, more than kubectl apply + rollout status",
    `${more.toFixed(0)} ms (${times})`,
    more <= 500,
    "≤ 500 ms",
  );
}

async function apply(): Promise<void> {
  const ratio = await applyUnchanged(Math.ceil(rounds / 2), ours, kubectl);
  if (ratio === undefined)
    console.log("SKIPPED  apply: upstream's manifests are not at hand (CALICO_MANIFESTS)");
  else
    printRatio(
      "apply of upstream's largest manifest, nothing to change / kubectl apply --server-side",
      ratio,
      1,
    );
  const sent = await applyRequests(ours, kubectl);
  if (sent !== undefined)
    print(
      "requests of apply, kdd.yaml v3.29 → v3.30, three nodes, BIRD not asked",
      String(sent),
      sent <= 150,
      "≤ 150",
    );
}

async function rebase(): Promise<void> {
  const cost = await rebaseCost(Math.ceil(rounds / 2), ours, kubectl);
  if (cost === undefined) {
    console.log("SKIPPED  rebase: upstream's manifests are not at hand (CALICO_MANIFESTS)");
    return;
  }
  printRatio("rebase of upstream's largest manifest / kubectl apply --dry-run=client", cost.ratio, 2);
  const { megabytes } = cost;
  print("peak memory of rebase", `${megabytes.toFixed(0)} MB`, megabytes <= 200, "≤ 200 MB");
}

async function requests({ env, audit }: Cluster): Promise<void> {
  const count = async (...nodes: string[]): Promise<number> => {
    const mark = await audit.mark();
    // Settled as long as it takes the DaemonSet's status to follow: otherwise the run's last write is a second try.
    await finish(ours("node", ...nodes, "--restart", "--force", "--settle=1s"), env);
    return counted(await audit.since(mark, { userAgent: "calico_upgrade" })).length;
  };
  const first = await count("node-01");
  const three = await count("node-01", "node-02", "node-03");
  print("requests for the first node", String(first), first <= 16, "≤ 16");
  const further = (three - first) / 2;
  print("requests for each further node", String(further), further <= 5, "≤ 5");
}

async function memory({ env }: Cluster): Promise<void> {
  if (process.platform !== "linux") return;
  const peaksOf = async (command: Command): Promise<number> => {
    const peaks = [];
    for (let round = 0; round < 5; round += 1) peaks.push(await peakMemory(command, env));
    return median(peaks);
  };
  const [help, theirs] = [await peaksOf(ours("--help")), await peaksOf(kubectl("version", "--client"))];
  const found = `${(help / theirs).toFixed(2)} × (${help.toFixed(0)} / ${theirs.toFixed(0)} MB)`;
  print("peak memory of --help / kubectl version --client", found, help <= 1.2 * theirs, "≤ 1.2 ×");
  for (const args of [["--version"], ["status"], ["node", "node-01", "--restart", "--force"]]) {
    const peaks = [];
    for (let round = 0; round < 3; round += 1) peaks.push(await peakMemory(ours(...args), env));
    const peak = median(peaks);
    print(`peak memory of ${args.slice(0, 2).join(" ")}`, `${peak.toFixed(0)} MB`, peak <= 120, "≤ 120 MB");
  }
}

function printRatio(what: string, ratio: Ratio, aim: number): void {
  const spread = `${ratio.lowest.toFixed(2)}–${ratio.highest.toFixed(2)}`;
  const times = `${ratio.ours.toFixed(0)} / ${ratio.theirs.toFixed(0)} ms`;
  print(what, `${ratio.median.toFixed(2)} × (${spread}; ${times})`, ratio.median <= aim, `≤ ${aim} ×`);
}

function print(what: string, found: string, good: boolean, aim: string): void {
  if (!good) over += 1;
  console.log(`${good ? "ok  " : "OVER"}  ${what}: ${found}, aim ${aim}`);
}

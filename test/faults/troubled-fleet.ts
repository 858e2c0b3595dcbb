/** One run over many nodes that meets one trouble after the other, and what must hold all the while. */
import { setTimeout as delay } from "node:timers/promises";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import type { Running } from "../e2e/support/plugin.ts";
import { workloadsReady } from "../calico/install.ts";
import { isSameCommand, offered } from "./continuation.ts";
import { badDeletes } from "./deletes.ts";
import { leasesExpire } from "./lease.ts";
import { leftovers } from "./leftovers.ts";
import { nextLine } from "./said.ts";
import { badError } from "./printed.ts";
import { lastLine } from "./stage.ts";
import { type Fleet, hasImage, type Trouble, troubles } from "./troubles.ts";
import { startWatcher } from "./watcher.ts";

/** How long a run may take to halt, once there is trouble. */
const haltMillis = 10_000;

export interface TroubledFleet extends Omit<Fleet, "running" | "another"> {
  /** In this order. */
  readonly troubles: readonly (keyof typeof troubles)[];
  /** The arguments of the command. */
  readonly command: readonly string[];
  readonly start: (args: readonly string[]) => Running;
  /** Where its bundles are. */
  readonly folder: string;
  /** Nodes that are done between two troubles, at most. */
  readonly apart: number;
}

export interface Met {
  /** What does not hold. */
  readonly broken: readonly string[];
  /** A line for each trouble. */
  readonly report: readonly string[];
}

export async function meetTroubles(fleet: TroubledFleet): Promise<Met> {
  const { cluster, liberties, command, start, folder } = fleet;
  const mark = await cluster.audit.mark();
  const watcher = await startWatcher(cluster, liberties);
  const broken: string[] = [];
  const report: string[] = [];
  let running = start(command);
  let doing = "the beginning";
  const another = (...flags: readonly string[]): Running => start([...command, ...flags]);
  try {
    for (const name of fleet.troubles) {
      const trouble = troubles[name];
      if (trouble === undefined) throw new Error(`no such trouble: ${name}`);
      doing = name;
      const [step, done] = await moment(running, fleet);
      const mend = await trouble.begin({ ...fleet, running, another });
      const began = performance.now();
      if (trouble.halts === undefined && trouble.kills !== true) {
        report.push(`${name}, after ${step} of ${done}: goes on`);
        continue;
      }
      const wrong = await badEnd(running, trouble, command);
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      report.push(`${name}, after ${step} of ${done}: ended ${seconds}s later`);
      broken.push(...wrong.map((each) => `${name}: ${each}`));
      await mend();
      await whole(fleet);
      if (trouble.keepsLease === true) await leasesExpire(cluster);
      running = start(command);
    }
    doing = "the end";
    const last = await running.ended;
    if (last.code !== 0) broken.push(`the same command does not converge: ${lastLine(last)}`);
  } catch (error) {
    broken.push(`${doing}: ${String(error)}`);
    running.signal("SIGKILL");
  }
  if (broken.length === 0) {
    const left = await leftovers(cluster, liberties.cordonedByUser);
    broken.push(...left.map((each) => `left: ${each}`), ...(await notDone(fleet)));
  }
  broken.push(...(await watcher.end()), ...(await badDeletes(cluster, mark, folder)));
  return { broken: [...new Set(broken)], report };
}

/** Some place in the work on some node; answers which. */
async function moment(
  running: Running,
  { draw, apart }: Pick<TroubledFleet, "draw" | "apart">,
): Promise<readonly [string, string]> {
  const lines = [
    ["cordon", /^node\/(\S+) cordoned$/gm],
    ["delete", /^pod "(calico-node-\S+)" deleted/gm],
    ["uncordon", /^node\/(\S+) uncordoned$/gm],
  ] as const;
  const [step, pattern] = lines[Math.floor(draw() * lines.length)] ?? lines[0];
  return [step, await nextLine(running, pattern, 1 + Math.floor(draw() * apart))];
}

async function badEnd(
  running: Running,
  { halts = /^/, kills = false, patience = 0, taken = false }: Trouble,
  command: readonly string[],
): Promise<readonly string[]> {
  const result = await Promise.race([running.ended, delay(patience + haltMillis, undefined, { ref: false })]);
  if (result === undefined) {
    running.signal("SIGKILL");
    const { stdout, stderr } = await running.ended;
    return [
      `does not halt within ${String(haltMillis / 1000)} s: ${lastLines(stdout)} ⏎ ${lastLines(stderr)}`,
    ];
  }
  if (kills) return [];
  if (result.code === 0) return ["the run goes on to its end"];
  const wrong = badError(result, halts);
  const continues = taken || offered(result.stderr).some((each) => isSameCommand(each, command));
  return continues ? wrong : [...wrong, `does not say what continues it: ${lastLines(result.stderr)}`];
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-4).join(" ⏎ ");
}

/** Everything is Ready again, and what was done to it counts no longer. */
async function whole({ cluster, liberties, limit }: TroubledFleet): Promise<void> {
  await cluster.waitFor("/api/v1/nodes", (nodes) => nodes.every(isReady), { what: "all nodes Ready" });
  await workloadsReady(cluster, 60_000);
  liberties.hurt.clear();
  liberties.nodesDown = limit;
}

function isReady({ status }: KubeObject): boolean {
  return listAt(status, "conditions").some(
    (condition) => at(condition, "type") === "Ready" && at(condition, "status") === "True",
  );
}

/** Nodes that the run has not brought to the new release. */
async function notDone({ cluster, image }: TroubledFleet): Promise<readonly string[]> {
  const pods = listAt(
    await cluster.api.ask("GET", "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node"),
    "items",
  ) as KubeObject[];
  return pods.flatMap((pod) =>
    hasImage(pod, image) ? [] : [`${String(at(pod, "spec", "nodeName"))} runs the old release`],
  );
}

/** Where the command of a story is run again and again, by way of a proxy, from the same beginning. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { type Result, type Running, startPlugin } from "../e2e/support/plugin.ts";
import { testCluster } from "../e2e/test-cluster.ts";
import { type Beginning, bundlesIn, keepBeginning } from "./beginning.ts";
import { differences, type EndState, endState } from "./end-state.ts";
import { leftovers } from "./leftovers.ts";
import { type FaultProxy, type SeenRequest, startFaultProxy } from "./proxy.ts";
import { seed } from "./sample.ts";
import type { Story } from "./story.ts";
import { upstreamOf } from "./upstream.ts";
import { startWatcher } from "./watcher.ts";

/** One run to its end, for comparison. */
export interface Whole {
  readonly seen: readonly SeenRequest[];
  readonly events: number;
  readonly end: EndState;
}

export interface Stage {
  readonly story: Story;
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  /** Of the story's files and bundles. */
  readonly folder: string;
  readonly cordonedByUser: ReadonlySet<string>;
  /** Goes back to the beginning. */
  readonly begin: () => Promise<Beginning>;
  /** Measured once, without faults. */
  readonly wholeRun: () => Promise<Whole>;
  /** The arguments of the story's command. */
  readonly command: () => readonly string[];
  readonly start: (args: readonly string[]) => Running;
  /** To its end, without faults. */
  readonly run: (args: readonly string[]) => Promise<Result>;
  /** What is otherwise than at the end of the whole run; `before`: pods of the beginning. */
  readonly ending: (before: Beginning) => Promise<readonly string[]>;
}

/** A run that hangs must not hide the other moments. Where a pod was just replaced, two minutes of waiting are due (H17). */
export const patienceMillis = 240_000;

/** To be called in a `describe`: its hooks start and end the cluster. */
export function stageFor(story: Story): Stage {
  const cordonedByUser = new Set(story.cordoned);
  let cluster: Cluster;
  let proxy: FaultProxy;
  let folder: string;
  let beginning: Beginning | undefined;
  let whole: Whole | undefined;

  beforeAll(async () => {
    console.log(`FAULTS_SEED=${String(seed)} draws the same moments again`);
    folder = mkdtempSync(join(tmpdir(), "faults-story-"));
    cluster = await testCluster({ kubeVersion: story.kubeVersion, audit: "Request" });
    proxy = await startFaultProxy(upstreamOf(cluster));
  }, 300_000);
  afterAll(async () => {
    proxy?.stop();
    rmSync(folder, { recursive: true, force: true });
    await cluster?.stop();
  });

  const command = (): readonly string[] => story.command(folder);
  const start = (args: readonly string[]): Running =>
    startPlugin(cluster, args, {
      kubeconfig: proxy.kubeconfig,
      env: { XDG_STATE_HOME: join(folder, "state") },
    });
  const run = async (args: readonly string[]): Promise<Result> => {
    proxy.begin();
    return await inTime(start(args));
  };
  /** Made once, by whichever test comes first: in a hook no command may be run. */
  const begin = async (): Promise<Beginning> => {
    if (beginning !== undefined) {
      if (await beginning.goBack()) return beginning;
      console.warn("a controller lost count: the beginning is made anew");
      rmSync(bundlesIn(folder), { recursive: true, force: true });
    }
    await story.prepare(cluster, folder);
    beginning = await keepBeginning(cluster, folder, cordonedByUser);
    return beginning;
  };
  const wholeRun = async (): Promise<Whole> => {
    if (whole !== undefined) return whole;
    const { pods } = await begin();
    const watcher = await startWatcher(cluster, { cordonedByUser, nodesDown: 1 });
    const { code, stderr } = await run(command());
    const [seen, events] = [proxy.seen(), proxy.events()];
    expect([code, stderr, await watcher.end()]).toEqual([0, expect.any(String), []]);
    expect(await leftovers(cluster, cordonedByUser)).toEqual([]);
    whole = { seen, events, end: await endState(cluster, pods) };
    return whole;
  };
  return {
    story,
    get cluster() {
      return cluster;
    },
    get proxy() {
      return proxy;
    },
    get folder() {
      return folder;
    },
    cordonedByUser,
    begin,
    wholeRun,
    command,
    start,
    run,
    ending: async ({ pods }) => {
      const { end } = await wholeRun();
      return differences(end, await endState(cluster, pods));
    },
  };
}

/** Killed when it does not end. */
export async function inTime(running: Running): Promise<Result> {
  const timer = setTimeout(() => running.signal("SIGKILL"), patienceMillis);
  try {
    return await running.ended;
  } finally {
    clearTimeout(timer);
  }
}

/** Its exit code and its first error, for messages. */
export function lastLine({ code, stderr }: Result): string {
  const lines = stderr.trim().split("\n");
  const error = lines.find((line) => line.startsWith("error:")) ?? lines.at(-1) ?? "";
  return `exit code ${String(code)}: ${error}`;
}

/** Where every run of a story begins: made once, and gone back to in a moment. */
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { workloadsReady } from "../calico/install.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { resetNodes } from "../cluster/reset.ts";
import { poll } from "../cluster/wait.ts";

export interface Beginning {
  /** UIDs of the pods that are there then. */
  readonly pods: ReadonlySet<string>;
  /** False: a controller lost count of what it did, and does nothing for minutes; it has to be recreated. */
  readonly goBack: () => Promise<boolean>;
}

const podsPath = "/api/v1/namespaces/kube-system/pods";
const setsPath = "/apis/apps/v1/namespaces/kube-system/daemonsets";

/** Keeps what the cluster and the folder of bundles are now. `cordoned`: by the user, from now on. */
export async function keepBeginning(
  cluster: Cluster,
  folder: string,
  cordoned: ReadonlySet<string>,
): Promise<Beginning> {
  const [bundles, kept] = [bundlesIn(folder), join(folder, "bundles-at-the-beginning")];
  const cordon = async (): Promise<void> => {
    await resetNodes(cluster.api);
    for (const name of cordoned)
      await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, { spec: { unschedulable: true } });
  };
  const savepoint = await cluster.savepoints.save();
  if (existsSync(bundles)) copyFolder(bundles, kept);
  const pods = await podUids(cluster);
  await cordon();
  return {
    pods,
    goBack: async () => {
      // Controllers that are in the middle of something may undo it once.
      for (let attempt = 1; ; attempt += 1) {
        await cluster.savepoints.restore(savepoint);
        if (await samePods(cluster, pods, attempt === attempts)) break;
      }
      if (!(await daemonSetsAreLookedAfter(cluster))) return false;
      await cluster.savepoints.restore(savepoint);
      await cordon();
      rmSync(bundles, { recursive: true, force: true });
      if (existsSync(kept)) copyFolder(kept, bundles);
      await workloadsReady(cluster);
      return true;
    },
  };
}

/** With its modes, which Node's own copy does not keep. */
function copyFolder(from: string, to: string): void {
  execFileSync("cp", ["-a", from, to]);
}

const attempts = 4;

/** So many looks in a row: controllers act on what they saw before, a moment later. */
const looks = 10;

/** False when it does not come to that and stays so soon; throws then where it is the `last` attempt. */
async function samePods(cluster: Cluster, pods: ReadonlySet<string>, last: boolean): Promise<boolean> {
  let inARow = 0;
  const stay = async (): Promise<boolean> => {
    const same = (await podUids(cluster)).symmetricDifference(pods).size === 0;
    inARow = same ? inARow + 1 : 0;
    return inARow === looks;
  };
  try {
    return await poll(stay, { timeoutMs: 5_000, what: "the pods of the beginning" });
  } catch (error) {
    if (last) throw error;
    return false;
  }
}

/**
 * What is taken from under the DaemonSet controller while it deletes it as well is never counted: it then waits for
 * that for five minutes, and raises no observedGeneration.
 */
async function daemonSetsAreLookedAfter(cluster: Cluster): Promise<boolean> {
  for (const { metadata, spec } of listAt(await cluster.api.ask("GET", setsPath), "items") as KubeObject[]) {
    const path = `${setsPath}/${metadata.name}`;
    const limit = Number(at(spec, "revisionHistoryLimit") ?? 10) + 1;
    const poked = await cluster.api.ask("PATCH", path, { spec: { revisionHistoryLimit: limit } });
    const wanted = Number(at(poked, "metadata", "generation"));
    const isSeen = async (): Promise<boolean> =>
      Number(at(await cluster.api.ask("GET", path), "status", "observedGeneration")) >= wanted;
    if (!(await poll(isSeen, { timeoutMs: 10_000, what: path }).catch(() => false))) return false;
  }
  return true;
}

/** --bundle-dir of a story that keeps everything in this folder. */
export function bundlesIn(folder: string): string {
  return join(folder, "bundles");
}

async function podUids(cluster: Cluster): Promise<ReadonlySet<string>> {
  const pods = listAt(await cluster.api.ask("GET", podsPath), "items") as KubeObject[];
  return new Set(pods.map(({ metadata }) => metadata.uid ?? ""));
}

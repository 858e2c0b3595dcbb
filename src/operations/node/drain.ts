import { follow, type Followed } from "../../cluster/follow.ts";
import { list } from "../../cluster/list.ts";
import { groupPath } from "../../cluster/paths.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { drainPod, type DrainPod } from "../../model/drain-pod.ts";
import { listOf, recordOf } from "../../model/record.ts";
import { budgetFacts, type BudgetFacts } from "../../model/object-facts.ts";
import type { DrainGoal } from "../../plan/drain/goal.ts";
import { drainRights } from "../../plan/drain/permissions.ts";
import type { DrainRequest } from "./request.ts";
import { checkRights } from "./rights.ts";

/** What draining nodes looks at, and how pods are evicted on this server. */
export interface OpenDrain {
  readonly by: DrainGoal["by"];
  /** Of all nodes; undefined where no node has the pod yet. */
  readonly pods: Followed<DrainPod | undefined>;
  readonly budgets: readonly BudgetFacts[];
}

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" };

/** Follows the pods of the cluster. Throws UserError where a right is missing, before any of it is used. */
export async function openDrain(
  connection: Connection,
  discovery: Discovery,
  { disableEviction }: DrainRequest,
  signal: AbortSignal,
  onGone: () => void,
): Promise<OpenDrain> {
  await checkRights(connection, drainRights(disableEviction));
  const followed = follow(connection, pods, {
    signal,
    pick: drainPod,
    // Where pods change in some other way, nothing is to be done sooner.
    onChange: ({ value }) => {
      if (value === undefined) onGone();
    },
  });
  const [eviction, budgets] = await Promise.all([
    disableEviction ? undefined : evictionOf(connection),
    disableEviction ? [] : readBudgets(connection, discovery),
    followed.ready,
  ]);
  return { by: eviction === undefined ? "delete" : { eviction }, pods: followed, budgets };
}

/** policy/v1 from Kubernetes 1.22 on, before that policy/v1beta1: as discovery has it of pods/eviction. */
async function evictionOf(connection: Connection): Promise<string> {
  const { body } = await connection.request({ method: "GET", path: groupPath(pods) });
  for (const each of listOf(recordOf(body)?.["resources"])) {
    const { name, kind, group, version } = recordOf(each) ?? {};
    if (name === "pods/eviction" && kind === "Eviction" && typeof group === "string" && group !== "")
      return `${group}/${String(version)}`;
  }
  throw userError("this server has no Eviction API; --disable-eviction deletes the pods instead");
}

async function readBudgets(connection: Connection, discovery: Discovery): Promise<readonly BudgetFacts[]> {
  const served = discovery.find("poddisruptionbudgets", ["policy"]);
  return served === undefined ? [] : (await list(connection, served, { pick: budgetFacts })).items;
}

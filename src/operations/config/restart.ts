import type { OpenBundle } from "../../bundle/write.ts";
import type { Watched } from "../../cluster/observe.ts";
import type { Discovery } from "../../cluster/port.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import type { Ended } from "../../plan/decision.ts";
import { staleBy, type ConfigNote } from "../../plan/config/stale.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { openController } from "../controller/open.ts";
import { controllerOperation, type ControllerOutcome } from "../controller/operation.ts";
import type { ControllerRequest } from "../controller/request.ts";
import { controllerEnded, objectsEnded } from "../part-results.ts";
import { partOf, type Session } from "../session.ts";
import { restartTypha, whyNotTypha } from "../typha/restart.ts";
import { lookAtReaders } from "./readers.ts";

/** Restarts the controller that runs, as `controller --restart` does. */
export async function restartController(
  session: Session,
  request: ControllerRequest,
  bundle?: OpenBundle | "none",
): Promise<ControllerOutcome> {
  const abort = new AbortController();
  try {
    const open = await openController(session, [], request.daemonSet, abort.signal);
    return await controllerOperation(open, session, request, undefined, abort.signal, bundle);
  } finally {
    abort.abort();
  }
}

/** What became of the workloads that read changed values. */
export interface WorkloadsRestarted {
  readonly typha?: { readonly name: string; readonly ended: Ended<PartResult> };
  readonly controller?: ControllerRunResult;
  readonly ended: Ended<PartResult>;
}

export interface RestartOptions {
  /** Who reads, and since when: the DaemonSet of the install. */
  readonly daemonSet: { readonly namespace: string; readonly name: string };
  readonly discovery: Discovery;
  readonly notes: readonly ConfigNote[];
  /** How long Typha's rollout may take is its timeout, too. */
  readonly controller: ControllerRequest;
  /** Where what is restarted is saved; "none": a restart is nothing to take back. */
  readonly bundle: OpenBundle | "none";
  /** What a watch of the run has. */
  readonly watched?: Watched;
}

/** Restarts Typha, then the controller, where they run with older values (hazards H01, H25). */
export async function restartWorkloads(
  session: Session,
  { daemonSet, discovery, notes, controller: request, bundle, watched }: RestartOptions,
): Promise<WorkloadsRestarted> {
  const nothing: Ended<PartResult> = {
    kind: "done",
    memory: { state: "unchanged", because: "nothing runs with older values" },
    interrupted: false,
  };
  const readers = notes.length === 0 ? undefined : await lookAtReaders(session, daemonSet, watched);
  if (readers === undefined) return { ended: nothing };
  const stale = staleBy(readers, notes);
  let typha: WorkloadsRestarted["typha"];
  if (stale.typha !== undefined && isRestarted(session, stale.typha)) {
    const own = bundle === "none" ? undefined : bundle;
    const ended = objectsEnded(
      await restartTypha(partOf(session, "typha"), discovery, stale.typha, request.timeout, own),
      "Typha is restarted",
    );
    typha = { name: stale.typha.name, ended };
    if (ended.kind === "stopped" || ended.interrupted) return { typha, ended };
  }
  const done = typha === undefined ? {} : { typha };
  if (!stale.controller) return { ...done, ended: typha?.ended ?? nothing };
  const outcome = await restartController(partOf(session, "controller"), { ...request, daemonSet }, bundle);
  return {
    ...done,
    ...(outcome.kind === "ran" ? { controller: outcome.result } : {}),
    ended: controllerEnded(outcome, "the controller is restarted"),
  };
}

/** Says so where it is not. */
function isRestarted({ emit }: Session, typha: WorkloadFacts): boolean {
  const text = whyNotTypha(typha);
  if (text !== undefined) emit({ kind: "note", text });
  return text === undefined;
}

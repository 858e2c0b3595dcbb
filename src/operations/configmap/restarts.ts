import { isUserError, explain } from "../../errors.ts";
import type { ConfigNote, Stale } from "../../plan/config/stale.ts";
import type { Stop } from "../../plan/decision.ts";
import { restartController } from "../config/restart.ts";
import type { ControllerRequest } from "../controller/request.ts";
import { refusedPod } from "../node/refused-pod.ts";
import { lookAtNodes, type Remaining } from "../node/remaining.ts";
import type { Session } from "../session.ts";
import { mayRestartTypha, whyNotTypha } from "../typha/restart.ts";
import type { OpenConfigMap } from "./open.ts";
import type { ConfigMapRequest } from "./request.ts";

/** What is to be restarted. */
interface ToRestart extends Stale {
  readonly notes: readonly ConfigNote[];
  /** Under our lease, whatever they run. */
  readonly leased: readonly string[];
}

/** What the parts after the write would refuse is better known before it. */
export async function refusedRestarts(
  session: Session,
  request: ConfigMapRequest,
  open: OpenConfigMap,
  { typha, controller, nodes, leased, notes }: ToRestart,
): Promise<{ readonly refusals: readonly Stop[]; readonly nodes?: readonly string[] }> {
  const refusals: Stop[] = [];
  const tried = async (work: () => Promise<readonly Stop[]>): Promise<void> => {
    try {
      refusals.push(...(await work()));
    } catch (error) {
      if (!isUserError(error)) throw error;
      refusals.push({ message: explain(error).replace(/^error: /, "") });
    }
  };
  if (typha !== undefined && whyNotTypha(typha) === undefined)
    await tried(async () => {
      await mayRestartTypha(session.connection, open.discovery, typha);
      return [];
    });
  if (controller) await tried(async () => await controllerRefusals(session, request, open));
  if (nodes.length + leased.length === 0) return { refusals };
  let left: readonly string[] = [];
  await tried(async () => {
    const seen = await lookAtNodes(session, remaining(request, open, notes));
    left = [...new Set([...seen.nodes, ...seen.stale])];
    if (seen.declined) return [{ message: "it was not agreed to" }];
    if (seen.refusals.length > 0 || session.dryRun === "client") return seen.refusals;
    return await refusedPod(session, open.discovery.version, { live: seen.daemonSet, node: left[0] });
  });
  return { refusals, nodes: left };
}

/** As it would go, with nothing written and nobody told. */
async function controllerRefusals(
  session: Session,
  request: ConfigMapRequest,
  open: OpenConfigMap,
): Promise<readonly Stop[]> {
  const never = new AbortController().signal;
  const silent: Session = {
    ...session,
    dryRun: "client",
    leased: false,
    listen: () => ({ first: never, second: never }),
    emit: (event) => {
      if (event.kind === "warning") session.emit(event);
    },
  };
  const outcome = await restartController(silent, { ...controllerRequest(request, open), asStep: false });
  if (outcome.kind === "refused") return outcome.refusals;
  const { stop } = outcome.result;
  return stop === undefined ? [] : [stop];
}

export function controllerRequest(
  { takeOver, timeout, ignored, settle }: ConfigMapRequest,
  { daemonSet: { namespace, name } }: OpenConfigMap,
): ControllerRequest {
  return {
    daemonSet: { namespace, name },
    fixStrategy: false,
    takeOver,
    timeout,
    ignored,
    settled: new Set(),
    // The rules of this step were asked before the question.
    asStep: true,
    ...(settle === undefined ? {} : { settle }),
  };
}

/** The nodes that run with older values, and what an earlier run left half done; no upgrade. */
export function remaining(
  { takeOver, timeout, ignored, settle, prepull, bgpCheck, selection, pace }: ConfigMapRequest,
  { daemonSet: { namespace, name } }: OpenConfigMap,
  notes: readonly ConfigNote[],
): Remaining {
  return {
    request: {
      daemonSet: { namespace, name },
      templateOnly: false,
      noCordon: false,
      takeOver,
      timeout,
      ignored,
      ...(prepull === undefined ? {} : { prepull }),
      ...(bgpCheck === undefined ? {} : { bgpCheck }),
      ...(settle === undefined ? {} : { settle }),
      ...(selection === undefined ? {} : { selection }),
      ...(pace === undefined ? {} : { pace }),
    },
    make: () => Promise.resolve(undefined),
    notes,
    onlyStale: true,
  };
}

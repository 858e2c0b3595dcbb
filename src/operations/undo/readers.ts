import type { Discovery } from "../../cluster/port.ts";
import { isAnswer, isUserError, reasonOf, userError } from "../../errors.ts";
import type { Millis } from "../../model/time.ts";
import {
  isOpen,
  notesOn,
  noteToCome,
  staleBy,
  type ConfigNote,
  type Stale,
} from "../../plan/config/stale.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { UndoneRestart } from "../../render/undo/kind.ts";
import { notesNow, restartable } from "../config/readers.ts";
import type { SettleOptions } from "../config/settle.ts";
import { restartWorkloads } from "../config/restart.ts";
import { openConfigMap, type OpenConfigMap } from "../configmap/open.ts";
import type { ConfigMapRequest } from "../configmap/request.ts";
import { controllerRequest, refusedRestarts, remaining } from "../configmap/restarts.ts";
import { upgradeRemaining } from "../node/remaining.ts";
import { nodesEnded } from "../part-results.ts";
import { partOf, type Session } from "../session.ts";
import { forceName } from "./inverse.ts";
import type { Restarts } from "./undo-step.ts";
import { patience, type UndoRequest } from "./request.ts";
import { restartsOf } from "./restarted.ts";
import type { UndoTarget } from "./staged-entries.ts";
import { differing } from "./take.ts";

/** What reads the ConfigMap whose values come back: restarted as `configmap` does it. */
export interface ReadersBack {
  /** Something runs with values of the run although they came back: an undo was interrupted there. */
  readonly behind: boolean;
  /** What restarts for the values alone. */
  readonly restarts: Restarts;
  readonly settle: SettleOptions;
  /** What forbids the restarts to come. Asked before the first write. */
  refusals(session: Session): Promise<readonly Stop[]>;
  restart(session: Session, restarted: UndoneRestart[]): Promise<Ended<PartResult>>;
}

/** Undefined where the run changed no values of the ConfigMap that Calico's pods read. */
export async function readersBack(
  session: Session,
  targets: readonly UndoTarget[],
  request: UndoRequest,
  /** When the run began: what started before has not read its values. */
  since: Millis | undefined,
): Promise<ReadersBack | undefined> {
  const maps = targets.filter(
    ({ part, before, live }) => part === "configmap" && before !== undefined && live !== undefined,
  );
  if (maps.length === 0) return undefined;
  const node = targets.find(({ part, before }) => part === "node" && before !== undefined)?.entry;
  const wanted = node === undefined ? undefined : { namespace: node.namespace ?? "", name: node.name };
  let open: OpenConfigMap;
  try {
    open = await openConfigMap(session, wanted);
  } catch (error) {
    if (!isAnswer(error) && !isUserError(error)) throw error;
    if (request.noRestart) return undefined;
    throw userError(
      `cannot tell which pods read the values that are restored: ${reasonOf(error)}; nothing was changed: --no-restart only restores them`,
    );
  }
  const { ref, discovery } = open;
  const target = maps.find(({ entry }) => entry.name === ref.name && entry.namespace === ref.namespace);
  const { before, live } = target ?? {};
  if (before === undefined || live === undefined) return undefined;
  const keys = differing(live, before);
  const current = notesOn([{ ref, live: open.live }]);
  const coming = noteToCome(ref, keys).map(({ change, ...note }) => ({
    ...note,
    change: since === undefined ? change : { ...change, since },
  }));
  const notes = keys.length === 0 ? current : coming;
  const stale = restartable(staleBy(readersOf(open), notes));
  // Of an upgrade the controller and the nodes are other ones by then; their own parts are asked.
  const alone = node === undefined;
  return {
    behind: keys.length === 0 && isOpen(stale),
    settle: { daemonSet: open.daemonSet, serverVersion: discovery.version, configMaps: [ref] },
    restarts: alone && !request.noRestart ? restartsOfStale(stale, open) : { nodes: [], workloads: [] },
    async refusals(session_) {
      if (request.noRestart || !alone || !isOpen(stale)) return [];
      const asked = { ...stale, notes, leased: [] };
      return (await refusedRestarts(session_, asConfigMap(request), open, asked)).refusals;
    },
    async restart(part, restarted) {
      // A dry run has written no value and no note.
      const dry = part.dryRun !== "none";
      const now = dry ? (alone ? notes : []) : await notesNow(part, [ref]);
      return await restartReaders(part, now, { open, discovery, request, restarted });
    },
  };
}

function restartsOfStale({ typha, controller, nodes }: Stale, { workloads }: OpenConfigMap): Restarts {
  const found = [
    ...(typha === undefined ? [] : [typha]),
    ...(controller
      ? workloads.filter(({ component, desired }) => component === "controller" && desired > 0)
      : []),
  ];
  return { nodes, workloads: found.map(forceName) };
}

function readersOf({ daemonSet, workloads, seen }: OpenConfigMap) {
  return { daemonSet, workloads, pods: seen.pods };
}

async function restartReaders(
  session: Session,
  notes: readonly ConfigNote[],
  {
    open,
    discovery,
    request,
    restarted,
  }: {
    readonly open: OpenConfigMap;
    readonly discovery: Discovery;
    readonly request: UndoRequest;
    readonly restarted: UndoneRestart[];
  },
): Promise<Ended<PartResult>> {
  const nothing: PartResult = { state: "unchanged", because: "nothing runs with other values" };
  if (notes.length === 0) return { kind: "done", memory: nothing, interrupted: false };
  const how = asConfigMap(request);
  if (request.noRestart) {
    const fresh = await openConfigMap(session, open.daemonSet);
    const stale = restartable(staleBy(readersOf(fresh), notes));
    if (isOpen(stale))
      session.emit({
        kind: "note",
        text: `not restarted: ${named(stale)}; until then they run with the values that were undone: the same command without --no-restart`,
      });
    return { kind: "done", memory: { state: "left", because: "--no-restart" }, interrupted: false };
  }
  const workloads = await restartWorkloads(session, {
    daemonSet: open.daemonSet,
    discovery,
    notes,
    controller: controllerRequest(how, open),
    bundle: "none",
  });
  restarted.push(...restartsOf(workloads));
  if (workloads.ended.kind === "stopped" || workloads.ended.interrupted) return workloads.ended;
  const done = await upgradeRemaining(partOf(session, "nodes"), remaining(how, open, notes));
  restarted.push(...restartsOf({ nodes: done.results }));
  return nodesEnded(done, "every pod runs with the restored values");
}

/** As `configmap` restarts what reads its values. */
function asConfigMap({ ignored, settle, selection, pace }: UndoRequest): ConfigMapRequest {
  return {
    takeOver: true,
    timeout: patience,
    ignored,
    noRestart: false,
    ...(settle === undefined ? {} : { settle }),
    ...(selection === undefined ? {} : { selection }),
    ...(pace === undefined ? {} : { pace }),
  };
}

function named({ typha, controller, nodes }: Stale): string {
  return [
    ...(typha === undefined ? [] : [typha.name]),
    ...(controller ? ["the controller"] : []),
    ...(nodes.length === 0 ? [] : [`calico-node on ${nodes.join(", ")}`]),
  ].join(", ");
}

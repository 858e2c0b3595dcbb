import { userError } from "../../errors.ts";
import { refuseOtherState } from "../../manifest/other-state.ts";
import { dataOf, type ConfigMapChange } from "../../merge/config-map.ts";
import { runDaemonSet } from "../../plan/node/run-lease.ts";
import type { Agreeable } from "../../perform/agree.ts";
import {
  isOpen,
  nothingStale,
  notesToRestart,
  staleBy,
  type ConfigNote,
  type Readers,
  type Stale,
} from "../../plan/config/stale.ts";
import type { Write } from "../../model/write.ts";
import type { Stop } from "../../plan/decision.ts";
import { whyNotTypha } from "../typha/restart.ts";
import { heldByAnotherRun } from "../sequence.ts";
import { partOf, type Session } from "../session.ts";
import { refusedWrites } from "../try-writes.ts";
import { changeOf, takesOver } from "./change.ts";
import { oldNodeLines, problemsOf } from "./check.ts";
import { openConfigMap, type OpenConfigMap } from "./open.ts";
import { refuseOtherDatastore } from "./other-datastore.ts";
import { conflictLines, refuse } from "./refuse.ts";
import type { ConfigMapRequest, NewValues } from "./request.ts";
import { refusedRestarts } from "./restarts.ts";
import { checkConfigMapStep } from "./step-rules.ts";

/** What a run is going to do, and what it was decided on. */
export interface ConfigMapPlan extends Agreeable {
  readonly open: OpenConfigMap;
  readonly change: ConfigMapChange;
  /** What the values that change, and those of an interrupted run, make stale. */
  readonly notes: readonly ConfigNote[];
  readonly stale: Stale;
  /** Nodes that are restarted, or whose interrupted restart is brought to its end. */
  readonly nodes: readonly string[];
  readonly warnings: readonly string[];
  /** Another run works on the install, or left it unfinished. */
  readonly held?: Stop;
  /** What forbids the restarts. */
  readonly refusals: readonly Stop[];
}

/**
 * Looks at everything that the run rests on; nothing is written. Throws UserError for what stands against the
 * change itself.
 */
export async function planConfigMap(
  session: Session,
  request: ConfigMapRequest,
  values: NewValues,
  first?: OpenConfigMap,
): Promise<ConfigMapPlan> {
  const warnings: string[] = [];
  const listening: Session = {
    ...session,
    emit: (event) => (event.kind === "warning" ? warnings.push(event.text) : session.emit(event)),
  };
  const open = first ?? (await openConfigMap(session, request.daemonSet));
  refuseOtherDatastore(open, values, request);
  if (values.kind === "object")
    refuseOtherState([{ ref: open.ref, object: values.find(open), before: open.live }]);
  const change = changeOf(open, values, request);
  const force = takesOver(values, request);
  refuse(open, change, await problemsOf(session.connection, open, change), force);
  const { write } = change.applied;
  if (write !== undefined) {
    const inFile = values.kind === "object" ? values.find(open) : undefined;
    await checkConfigMapStep(listening, open, change, inFile, request);
    await refuseRefused(listening, open, write);
  }
  if (force) warnings.push(...conflictLines(change).map((line) => `H14: ${line.trim()}`));
  warnings.push(...oldNodeLines(open, change));

  const notes = notesToRestart(readersOf(open), open, change.keys);
  const restarting = notes.length > 0 && !request.noRestart;
  if (restarting) refuseUnknown(open);
  const stale = restarting ? staleBy(readersOf(open), notes) : nothingStale;
  const leased = request.noRestart ? [] : leasedNodes(open);
  const changes = change.applied.write !== undefined;
  const busy = changes || isOpen(stale) || leased.length > 0;
  const held = busy ? heldByAnotherRun(session, open.daemonSet, request.takeOver) : undefined;
  const tried =
    held === undefined
      ? await refusedRestarts(partOf(listening, "nodes", true), request, open, { ...stale, notes, leased })
      : { refusals: [held] };
  const nodes = tried.nodes ?? [];
  return {
    open,
    change,
    notes,
    stale,
    nodes,
    warnings,
    ...(held === undefined ? {} : { held }),
    refusals: tried.refusals,
    basis: JSON.stringify([
      changes,
      change.keys.map((key) => [key, dataOf(open.live)[key] ?? null, change.data[key] ?? null]),
      notes.flatMap(({ change: { keys } }) => keys),
      stale.typha?.name ?? null,
      stale.controller,
      nodes,
    ]),
    question: tried.refusals.length > 0 ? undefined : questionOf(open, change, notes, stale, nodes),
  };
}

/** What admission would refuse is known before anybody is asked, and before the first write (hazard H27). */
async function refuseRefused(session: Session, { discovery }: OpenConfigMap, write: Write): Promise<void> {
  if (session.dryRun === "client") return;
  const refused = await refusedWrites(session, discovery.version, [write]);
  if (refused.length > 0) throw userError(`the server refuses ${refused.join("; ")}; nothing was changed`);
}

function readersOf({ daemonSet, workloads, seen }: OpenConfigMap): Readers {
  return { daemonSet, workloads, pods: seen.pods };
}

/** Nodes that an interrupted run left under our lease; theirs is to be brought to its end (hazard H13). */
function leasedNodes({ seen: { nodes }, daemonSet }: OpenConfigMap): readonly string[] {
  if (!nodes.known) return [];
  return nodes.value.flatMap(({ name, lease }) =>
    lease !== undefined && lease !== "unreadable" && runDaemonSet(lease.run) === daemonSet.uid ? [name] : [],
  );
}

/** What reads the keys has to be known: nothing is taken for current because it could not be read. */
function refuseUnknown({ seen: { pods, workloads } }: OpenConfigMap): void {
  const unknown = [pods, workloads].find(({ known }) => !known);
  if (unknown === undefined || unknown.known) return;
  throw userError(
    `which pods read the changed keys cannot be told: ${unknown.message}; nothing was changed: --no-restart only writes the values`,
  );
}

/** Where more than the controller restarts. */
function questionOf(
  { ref }: OpenConfigMap,
  { keys }: ConfigMapChange,
  notes: readonly ConfigNote[],
  { typha, controller }: Stale,
  nodes: readonly string[],
): string | undefined {
  const restartsTypha = typha !== undefined && whyNotTypha(typha) === undefined;
  if (nodes.length === 0 && !restartsTypha) return undefined;
  const what = [
    ...(restartsTypha ? ["Typha"] : []),
    ...(controller ? ["the controller"] : []),
    ...(nodes.length === 0
      ? []
      : [`calico-node on ${String(nodes.length)} ${nodes.length === 1 ? "node" : "nodes"}`]),
  ].join(", ");
  const map = `ConfigMap ${ref.namespace ?? ""}/${ref.name}`;
  if (keys.length > 0) return `Change ${keys.join(", ")} of ${map} and restart ${what}?`;
  const older = notes.flatMap(({ change }) => change.keys).join(", ");
  return older === ""
    ? `Bring to its end what an earlier run began: ${what}?`
    : `Restart ${what}, started before ${older} of ${map} changed?`;
}

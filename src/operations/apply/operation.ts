import { clusterUid } from "../../cluster/cluster-uid.ts";
import type { KubeObject } from "../../model/kube.ts";
import { agree } from "../../perform/agree.ts";
import { applySteps, stepTitles, type ApplyStepId } from "../../plan/apply/parts.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { PrepullResult } from "../../plan/prepull/result.ts";
import type { SequenceSeen } from "../../plan/sequence/procedure.ts";
import type { ObjectResult, StepResult } from "../../render/apply-result.ts";
import { withoutUntil } from "../prepull/next.ts";
import { endLeftRun, runSequence } from "../sequence.ts";
import { openRunBundle, type Session } from "../session.ts";
import { enterPart } from "./enter.ts";
import { lookFor, type ApplyPlanned } from "./look.ts";
import type { ApplyRequest } from "./request.ts";
import { newState, type ApplyState } from "./state.ts";

/** What came of an upgrade to a manifest: nothing was begun, or a result. */
export type ApplyOutcome =
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  | { readonly kind: "not ready" }
  | { readonly kind: "declined" }
  /** Everything is as in the file. */
  | { readonly kind: "nothing"; readonly result: ApplyResult }
  | { readonly kind: "ran"; readonly result: ApplyResult };

export interface ApplyResult {
  readonly steps: readonly StepResult[];
  readonly objects: readonly ObjectResult[];
  /** Calico's objects in the cluster that the file does not hold (hazard H02). */
  readonly notInFile: readonly string[];
  readonly controllers: readonly ControllerRunResult[];
  readonly nodes: readonly NodeRunResult[];
  /** What was pulled before anything was changed; absent where nothing had to be. */
  readonly prepull?: PrepullResult;
  /** The command that goes on where the run was only to pull. */
  readonly next?: string;
  /** The directory that undo takes. */
  readonly bundle?: string;
  /** Of the migrations, the last one first. */
  readonly migrationBundles: readonly string[];
  /** Why it ended before its goal. */
  readonly stop?: Stop;
  /** The last lines of a container that crashed, where that is why. */
  readonly log?: readonly string[];
  /** The command that continues it. */
  readonly again: string;
  /** Nodes that are silent, and what waits for them. */
  readonly silent: readonly string[];
}

interface ApplyPart {
  readonly id: ApplyStepId;
}

/**
 * The whole of `apply`: what the file needs is there, rights, rules and guards let it pass, the user agrees, then
 * step after step under one lease (hazards H01, H13). Throws UserError for what forbids the first write.
 */
export async function applyOperation(session: Session, request: ApplyRequest): Promise<ApplyOutcome> {
  const abort = new AbortController();
  try {
    return await applied(session, request, abort.signal);
  } finally {
    abort.abort();
  }
}

async function applied(session: Session, request: ApplyRequest, signal: AbortSignal): Promise<ApplyOutcome> {
  const seen = await agree(lookFor(session, request, signal), {
    ask: (question) => session.ask(question),
    show(look, again) {
      if (look.kind !== "plan") return;
      if (again)
        session.emit({ kind: "note", text: "the cluster has changed since the question was asked:" });
      session.emit({ kind: "planned", summary: look.summary });
    },
    waited: () => session.asks && session.dryRun === "none",
  });
  if (seen === undefined) return { kind: "declined" };
  switch (seen.kind) {
    case "plan":
      return { kind: "ran", result: await carryOut(session, request, seen, signal) };
    case "nothing": {
      const { takeOver } = request.nodes;
      const held = await endLeftRun(session, { daemonSet: seen.daemonSet, takeOver });
      if (held !== undefined) return { kind: "refused", refusals: [held] };
      const nothing = {
        steps: [],
        objects: [],
        controllers: [],
        nodes: [],
        migrationBundles: [],
        silent: [],
      };
      const { notInFile } = seen;
      return { kind: "nothing", result: { ...nothing, notInFile, again: session.commands.again() } };
    }
    case "refused":
    case "declined":
    case "not ready":
      return seen;
  }
}

async function carryOut(
  session: Session,
  request: ApplyRequest,
  planned: ApplyPlanned,
  signal: AbortSignal,
): Promise<ApplyResult> {
  const { discovery, connection } = planned.upgrade;
  const bundle =
    session.dryRun === "none"
      ? await openRunBundle(session, {
          command: "apply",
          kubernetes: discovery.version,
          // The look has it, as a rule, and it never changes.
          clusterUid: await clusterUid(connection),
        })
      : undefined;
  const state = newState(request, planned, bundle, signal);
  try {
    const ended = await runSequence<ApplyPart>(session, {
      parts: applySteps.slice(0, applySteps.indexOf(request.until) + 1).map((id) => ({ id })),
      daemonSet: planned.daemonSet,
      ...knownCarrier(planned),
      watched: {
        latest: () => planned.open.live.snapshot().daemonSet?.raw,
        replace: (object) => planned.open.daemonSets.replace(object),
      },
      takeOver: request.nodes.takeOver,
      serverVersion: discovery.version,
      enter: ({ id }, own) => enterPart(id, own, state),
    });
    const saved = bundle === undefined || bundle.isEmpty() ? {} : { bundle: bundle.directory };
    return { ...resultOf(session, request, state, ended), ...saved };
  } finally {
    await bundle?.close();
  }
}

/** As it was seen; where it has changed since, the first write of the lease meets that. */
function knownCarrier({ upgrade, daemonSet }: ApplyPlanned): { readonly known?: KubeObject } {
  const before = upgrade.targets.find(({ ref }) => ref === daemonSet)?.before;
  return before === undefined ? {} : { known: before };
}

function resultOf(
  session: Session,
  { until }: ApplyRequest,
  { planned, objects, controllers, nodes, migrationBundles, nodesLeft, prepull }: ApplyState,
  ended: Ended<SequenceSeen>,
): ApplyResult {
  const { memory, interrupted } = ended;
  const last = applySteps.indexOf(until);
  const stop = ended.kind === "stopped" ? ended.reason : undefined;
  const steps = applySteps.map((id, index): StepResult => {
    const part = memory.ended[id];
    if (part !== undefined) return { id, state: part.state, because: part.because };
    if (stop === undefined && index > last) return { id, state: "left", because: `--until-step=${until}` };
    return { id, state: "not reached", because: stepTitles[id] };
  });
  // A second signal leaves at once, and the run's lease with it: the next command has to take that over.
  const keepsLease = interrupted && memory.claimed !== undefined && session.listen().second.aborted;
  const { again } = session.commands;
  const takesOver = keepsLease || stop?.hint?.endsWith(again("--take-over")) === true;
  const log = [...controllers, ...nodes].at(-1)?.log;
  return {
    steps,
    objects,
    notInFile: planned.notInFile,
    controllers,
    nodes,
    migrationBundles,
    again: again(...(takesOver ? ["--take-over"] : [])),
    silent: nodesLeft?.silent ?? [],
    ...(prepull === undefined ? {} : { prepull }),
    ...(until === "prepull" && stop === undefined ? { next: withoutUntil(session) } : {}),
    ...(stop === undefined ? {} : { stop }),
    ...(stop === undefined || log === undefined ? {} : { log }),
  };
}

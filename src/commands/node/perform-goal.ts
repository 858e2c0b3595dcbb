import { savedLine } from "../../flags/next-command.ts";
import type { Draft, OpenBundle } from "../../bundle/write.ts";
import { sendWrite } from "../../cluster/write.ts";
import type { AppContext } from "../../context.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import type { KubeObject } from "../../model/kube.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import { run as perform } from "../../perform/run.ts";
import type { Stop } from "../../plan/decision.ts";
import { nodeCommand } from "../../plan/node/command.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { phaseOf } from "../../plan/node/phases.ts";
import { nodeProcedure } from "../../plan/node/procedure.ts";
import { podOn, type NodeWorld } from "../../plan/node/world.ts";
import { nodeLine, type NodeRunResult } from "../../render/node-result.ts";
import { saving } from "../saving.ts";
import type { NodeOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { reporterFor } from "./report.ts";
import { tell } from "./tell.ts";

/** The promise of the procedure: BIRD's graceful restart period as its document gives it (calico-facts 7). */
const documentedBudget: Millis = 90_000;

/** A pod that a run brought about, as it was when its node was done. */
export type RestartedPod = PodFacts;

export interface PerformOptions {
  /** For a command that does more than `node` with the pods that came back. */
  readonly onPod?: (pod: RestartedPod) => void;
  /** What the run saves of what it changes. */
  readonly saved?: {
    readonly bundle: OpenBundle;
    readonly draftOf: (write: Write, world: NodeWorld) => Draft | undefined;
  };
}

/** Brings the nodes of a goal there, and tells what came of it. */
export async function performGoal(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  goal: NodeGoal,
  { onPod = () => {}, saved }: PerformOptions = {},
): Promise<{ readonly code: number; readonly result: NodeRunResult }> {
  const { live, around, clock, places, chosen } = prepared;
  const listening = context.interrupts.listen();
  const suffix = dryRunSuffix(options.dryRun);
  const base = { goal, bgp: around.bgp, ...budgetOf(prepared) };
  const reporter = await reporterFor(context, {
    goal,
    resource: `daemonset.${places.daemonSets.group}/${chosen.name}`,
    format: options.output.format,
    color: options.connection.color,
    dryRun: options.dryRun,
    suffix,
    nodeLine: (node, seen) => (options.dryRun === "none" ? nodeLine(node, { ...base, seen }) : undefined),
  });
  let changed = false;
  const sent = async (write: Write): Promise<KubeObject | undefined> => await send(prepared, write, false);
  const real =
    saved === undefined
      ? sent
      : saving(
          saved.bundle,
          (write) => saved.draftOf(write, live.snapshot()),
          async (write) => {
            const answer = await sent(write);
            changed ||= saved.draftOf(write, live.snapshot()) !== undefined;
            return answer;
          },
        );
  try {
    const outcome = await perform(nodeProcedure(goal, places), live, {
      dryRun: options.dryRun,
      now: clock.now,
      send: (write, dryRun) => (dryRun ? send(prepared, write, true) : real(write)),
      interrupt: listening,
      emit(event) {
        reporter.event(event);
        const phase = event.kind === "performed" ? phaseOf(event.step) : undefined;
        const pod =
          phase?.phase === "uncordon" && phase.node !== undefined
            ? podOn(live.snapshot(), phase.node)
            : undefined;
        if (pod !== undefined && options.dryRun === "none") onPod(pod);
      },
    });
    await reporter.close();
    const world = live.snapshot();
    const result: NodeRunResult = {
      ...base,
      world,
      seen: outcome.memory,
      dryRun: options.dryRun,
      ended: clock.now(),
      ...(saved !== undefined && changed
        ? { bundle: saved.bundle.directory, saved: savedLine([saved.bundle.directory], options) }
        : {}),
      ...(outcome.kind === "stopped" ? { stop: withWayOn(outcome.reason, world, goal) } : {}),
    };
    await tell(prepared, context, options, result);
    if (outcome.kind === "done") return { code: 0, result };
    return { code: outcome.reason.interrupted === true ? listening.exitCode : 1, result };
  } finally {
    await reporter.close();
    listening.stop();
  }
}

/** A second Ctrl-C leaves at once, and the run's lease with it: the next command has to take that over. */
function withWayOn(stop: Stop, world: NodeWorld, goal: NodeGoal): Stop {
  if (stop.interrupted !== true || stop.hint !== undefined) return stop;
  const lease = world.daemonSet?.facts.run;
  const held = lease !== undefined && lease !== "unreadable" && lease.holder === goal.holder;
  return { ...stop, hint: nodeCommand(goal, ...(held ? ["--take-over"] : [])) };
}

function budgetOf({ around }: Prepared): { readonly budget?: Millis } {
  if (around.bgp !== true) return {};
  const configured = around.restartTime.known ? around.restartTime.value : undefined;
  return { budget: Math.min(documentedBudget, configured ?? documentedBudget) };
}

async function send(prepared: Prepared, write: Write, dryRun: boolean): Promise<KubeObject | undefined> {
  const { object } = await sendWrite(prepared.connection, write, {
    dryRun,
    serverVersion: prepared.discovery.version,
  });
  return object;
}

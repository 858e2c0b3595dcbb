import type { OpenBundle } from "../../bundle/write.ts";
import { controllerRun } from "../../plan/lease/run-names.ts";
import { run } from "../../perform/run.ts";
import type { ControllerGoal } from "../../plan/controller/goal.ts";
import { leaseRights, rightsOf } from "../../plan/controller/permissions.ts";
import { controllerProcedure } from "../../plan/controller/procedure.ts";
import type { ControllerRunResult } from "../../plan/controller/result.ts";
import { othersWanting, targetOf, type ControllerWorld } from "../../plan/controller/world.ts";
import type { Stop } from "../../plan/decision.ts";
import { wayOn } from "../../plan/lease/held.ts";
import { podOf, templateOf } from "../../plan/pod-of-template.ts";
import type { ControllerAbout } from "../events.ts";
import { lastLogLines } from "../node/crash-log.ts";
import { checkRights } from "../node/rights.ts";
import { settleTime } from "../node/settle.ts";
import type { FileTemplate } from "../node/template.ts";
import { heldByAnotherRun } from "../sequence.ts";
import { openRunBundle, performing, warn, type Session } from "../session.ts";
import { podReader } from "../try-pod.ts";
import { refusalsOf } from "./checks.ts";
import { gapLog } from "./gap-log.ts";
import type { OpenController } from "./open.ts";
import type { ControllerRequest } from "./request.ts";
import { checkControllerStep } from "./step-rules.ts";
import { refuseSecond, wantedByFile, wantedRestart, type DesiredController } from "./target.ts";

/** What came of a controller run: nothing was begun, or a result. */
export type ControllerOutcome =
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  | { readonly kind: "ran"; readonly result: ControllerRunResult };

/**
 * The whole of `controller`: brings the controller to the file, or restarts the one that runs, never two at once.
 * `shared`: the bundle of a run that this is a part of, which is not closed here; "none": nothing is saved. Throws UserError for what forbids
 * the first write.
 */
export async function controllerOperation(
  open: OpenController,
  session: Session,
  request: ControllerRequest,
  file: FileTemplate | undefined,
  signal: AbortSignal,
  shared?: OpenBundle | "none",
): Promise<ControllerOutcome> {
  const { live, places, namespace, discovery, datastore } = open;
  const { clock, connection, dryRun } = session;
  const checked = await checkController(open, session, request, file);
  if (checked.kind === "refused") return checked;
  const { wanted, start, changes } = checked;
  // A real run is told so by the lease that it asks for.
  const held =
    changes && dryRun !== "none" && !request.asStep ? heldController(open, session, request) : undefined;
  if (held !== undefined) return { kind: "refused", refusals: [held] };
  const saves = changes && dryRun === "none";
  const bundle =
    saves && shared !== "none"
      ? (shared ?? (await openRunBundle(session, { command: "controller", kubernetes: discovery.version })))
      : undefined;
  const goal = goalOf(start, wanted, session, request, bundle?.directory);
  if (bundle !== undefined && goal.lease === undefined)
    warn(
      session,
      `H13: no calico-node DaemonSet in namespace ${namespace} holds this run's lease; a second run is not kept out`,
    );
  try {
    const log = await gapLog(open, session, saves, signal);
    const about: ControllerAbout = { goal, group: places.deployments.group, restart: file === undefined };
    const outcome = await run(controllerProcedure(goal, places), live, {
      ...performing(session, discovery.version, bundle),
      read: podReader(session, discovery.version),
      emit: (event) =>
        session.emit({ kind: "procedure", procedure: "controller", within: session.within, about, event }),
    });
    const world = live.snapshot();
    const stop = outcome.kind === "stopped" ? withHint(outcome.reason, world, goal) : undefined;
    const result: ControllerRunResult = {
      goal,
      world,
      seen: outcome.memory,
      interrupted: outcome.interrupted,
      dryRun,
      datastore,
      changes: log.changes(),
      balancers: handsOutAddresses(wanted),
      left: world.workloads.filter(
        ({ facts }) =>
          goal.replaces.includes(facts.uid) &&
          facts.desired === 0 &&
          !wanted.stubs.some(({ kind, name }) => kind === facts.kind && name === facts.name),
      ),
      ended: clock.now(),
      ...(bundle === undefined ? {} : { bundle: bundle.directory }),
      ...(stop === undefined ? {} : { stop }),
      ...(stop?.pod === undefined ? {} : { log: await lastLogLines(connection, stop.pod, world) }),
    };
    return { kind: "ran", result };
  } finally {
    if (bundle !== shared) await bundle?.close();
  }
}

/** Another run works on the install, or has left it unfinished (hazard H13). */
export function heldController(
  { daemonSet, seen }: OpenController,
  session: Session,
  { takeOver }: Pick<ControllerRequest, "takeOver">,
): Stop | undefined {
  const all = seen.daemonSets.known ? seen.daemonSets.value : [];
  const own = all.find(
    ({ namespace, name }) => namespace === daemonSet?.namespace && name === daemonSet.name,
  );
  return own === undefined || session.leased ? undefined : heldByAnotherRun(session, own, takeOver);
}

export type CheckedController =
  | { readonly kind: "refused"; readonly refusals: readonly Stop[] }
  | {
      readonly kind: "wanted";
      readonly wanted: DesiredController;
      readonly start: ControllerWorld;
      readonly changes: boolean;
    };

/**
 * Everything that a run asks before its first write: that there is one controller, rules, guards and rights. Nothing
 * is written. Throws UserError for what forbids it.
 */
export async function checkController(
  open: OpenController,
  session: Session,
  request: ControllerRequest,
  file: FileTemplate | undefined,
): Promise<CheckedController> {
  const { live, places, namespace } = open;
  const wanted =
    file === undefined
      ? wantedRestart(open, session, request)
      : await wantedByFile(open, session, file, request);
  refuseSecond(open, wanted, session.commands);
  const start = live.snapshot();
  const changes = willChange(start, wanted);
  if (changes) {
    const image = file === undefined ? undefined : wanted.facts.image;
    if (!request.asStep) await checkControllerStep(open, session, image, wanted.objects, request);
    const refusals = await refusalsOf(open, session, start, wanted, file, request);
    if (refusals.length > 0) return { kind: "refused", refusals };
    const groups = { Deployment: places.deployments.group, ReplicaSet: places.replicaSets.group };
    const rights = rightsOf(start, [wanted.target, ...wanted.stubs], groups, namespace);
    await checkRights(session.connection, [...rights, ...leaseRights(start, places.daemonSets.group)]);
  }
  return { kind: "wanted", wanted, start, changes };
}

function goalOf(
  start: ControllerWorld,
  wanted: DesiredController,
  { dryRun, commands, holder, command, leased }: Session,
  request: ControllerRequest,
  bundle: string | undefined,
): ControllerGoal {
  return {
    target: wanted.target,
    stubs: wanted.stubs,
    replaces: othersWanting(start, wanted).map(({ facts }) => facts.uid),
    settle: dryRun === "none" ? (request.settle ?? settleTime(wanted.facts.template)) : 0,
    timeout: request.timeout,
    ...(dryRun === "client" ? {} : podOfTarget(start, wanted)),
    commands,
    back: bundle === undefined ? commands.again() : commands.undo(bundle),
    // A dry run writes nothing, not even who works.
    ...(dryRun === "none" && start.daemonSet !== undefined
      ? {
          lease: {
            holder,
            run: ({ uid }) => controllerRun(uid),
            command,
            takeOver: request.takeOver,
            nested: leased,
            commands,
          },
        }
      : {}),
  };
}

/** As its file has it, or as the one that runs makes it again. */
export function podOfTarget(
  start: ControllerWorld,
  { target, objects }: DesiredController,
): Pick<ControllerGoal, "pod"> {
  const live = targetOf(start, { target })?.raw;
  const owner = objects[0] ?? live;
  if (owner === undefined) return {};
  const { uid, namespace = target.namespace } = live?.metadata ?? {};
  const metadata = { ...owner.metadata, namespace, ...(uid === undefined ? {} : { uid }) };
  return { pod: podOf({ ...owner, metadata }, templateOf(owner)) };
}

function withHint(stop: Stop, { daemonSet }: ControllerWorld, { lease, commands }: ControllerGoal): Stop {
  if (stop.hint !== undefined) return stop;
  return { ...stop, hint: wayOn(commands, daemonSet, lease?.nested === true ? undefined : lease?.holder) };
}

function willChange(start: ControllerWorld, { target, stubs }: DesiredController): boolean {
  return [target, ...stubs].some((each) => each.reconcile(targetOf(start, { target: each })?.raw).length > 0);
}

function handsOutAddresses({ facts }: DesiredController): boolean {
  return facts.template.containers.some(({ env }) =>
    env.some(({ name, value }) => name === "ENABLED_CONTROLLERS" && value?.includes("loadbalancer") === true),
  );
}

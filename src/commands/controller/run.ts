import { sendWrite } from "../../cluster/write.ts";
import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, userError, warningsOn } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { controllerDatastore } from "../../model/datastore.ts";
import type { KubeObject } from "../../model/kube.ts";
import { nextCommand, undoCommand } from "../../flags/next-command.ts";
import type { Write } from "../../model/write.ts";
import { run as perform } from "../../perform/run.ts";
import type { ControllerGoal } from "../../plan/controller/goal.ts";
import type { Stop } from "../../plan/decision.ts";
import { holdsLease } from "../../plan/run-lease.ts";
import { leaseRights, rightsOf } from "../../plan/controller/permissions.ts";
import { controllerProcedure } from "../../plan/controller/procedure.ts";
import { othersWanting, targetOf, type ControllerWorld } from "../../plan/controller/world.ts";
import type { ControllerRunResult } from "../../render/controller-result.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import { saving } from "../saving.ts";
import { outputOf } from "../print-result.ts";
import { readManifest } from "../read-manifest.ts";
import { holderName } from "../node/holder.ts";
import { settleTime } from "../node/settle.ts";
import { checkRights } from "../node/rights.ts";
import type { FileTemplate } from "../node/template.ts";
import { passes } from "./checks.ts";
import { checkControllerStep } from "./step-rules.ts";
import { draftOf } from "./bundle.ts";
import { gapLog } from "./gap-log.ts";
import { controllerOptions, type ControllerOptions, type ControllerValues } from "./options.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { controllerReporter } from "./report.ts";
import { refuseSecond, wantedByFile, wantedRestart, type Wanted } from "./target.ts";
import { tell } from "./tell.ts";

export async function run(
  values: ControllerValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = controllerOptions(values, output, warn);
  const file =
    options.file === undefined
      ? undefined
      : {
          name: options.file,
          objects: await readManifest(options.file, context.readFile, "controller"),
        };
  const connection = await connect();
  const abort = new AbortController();
  try {
    const objects = (file?.objects ?? []).map(({ object }) => object);
    const prepared = await prepare(connection, context, objects, options.daemonSet, abort.signal);
    if (file === undefined && !options.restart) {
      const { show } = await import("./show.ts");
      return await show(prepared, options, context);
    }
    return await bringAbout(prepared, context, options, file, abort.signal, warn);
  } finally {
    abort.abort();
    connection.close();
  }
}

/** `shared`: the bundle of a run that this is a step of; it is not closed here. */
export async function bringAbout(
  prepared: Prepared,
  context: AppContext,
  options: ControllerOptions,
  file: FileTemplate | undefined,
  signal: AbortSignal,
  warn: (text: string) => void,
  shared?: OpenBundle,
): Promise<number> {
  const { live, clock, connection, places, namespace, discovery, datastore } = prepared;
  const wanted =
    file === undefined ? wantedRestart(prepared, options) : await wantedByFile(prepared, file, options);
  if (options.printMissing && file !== undefined) {
    const { printMissingFor } = await import("../node/print-missing.ts");
    const [workload] = wanted.objects;
    if (workload === undefined) throw userError(`${file.name} has no controller`);
    return await printMissingFor(connection, workload, file, context);
  }
  refuseOtherDatastore(prepared, wanted, file?.name);
  refuseSecond(prepared, wanted, options.again);
  const start = live.snapshot();
  const goal = goalOf(start, wanted, options);
  const changes = willChange(start, wanted);
  if (changes) {
    // A run that this is a step of has asked them about all of its steps.
    if (shared === undefined) {
      const image = file === undefined ? undefined : wanted.facts.image;
      await checkControllerStep(prepared, image, options, warn);
    }
    if (!(await passes(prepared, start, wanted, file, options, context, warn))) return 1;
  }
  if (changes) {
    const groups = { Deployment: places.deployments.group, ReplicaSet: places.replicaSets.group };
    const rights = rightsOf(start, [wanted.target, ...wanted.stubs], groups, namespace);
    await checkRights(connection, [...rights, ...leaseRights(start, places.daemonSets.group)]);
  }

  const real = options.dryRun === "none";
  const bundle =
    changes && real
      ? (shared ??
        (await openRunBundle(connection, context, {
          command: "controller",
          place: options.bundleDir,
          kubernetes: discovery.version,
          now: clock.now,
        })))
      : undefined;
  if (bundle !== undefined && goal.holder === undefined)
    warn(
      `H13: no calico-node DaemonSet in namespace ${namespace} holds this run's lease; a second run is not kept out`,
    );
  const log = await gapLog(prepared, changes && real, signal);
  const listening = context.interrupts.listen();
  const reporter = await controllerReporter(context, {
    group: places.deployments.group,
    restart: options.restart,
    format: options.output.format,
    color: options.connection.color,
    dryRun: options.dryRun,
    suffix: dryRunSuffix(options.dryRun),
  });
  const sent = async (write: Write, dryRun: boolean): Promise<KubeObject> =>
    (await sendWrite(connection, write, { dryRun, serverVersion: discovery.version })).object;
  const send =
    bundle === undefined
      ? sent
      : saving(
          bundle,
          (write) => draftOf(write, live.snapshot()),
          (write) => sent(write, false),
        );
  const shown: ControllerGoal =
    bundle === undefined ? goal : { ...goal, back: undoCommand(bundle.directory, options) };
  try {
    const outcome = await perform(controllerProcedure(shown, places), live, {
      dryRun: options.dryRun,
      now: clock.now,
      send,
      interrupt: listening,
      emit: (event) => reporter.event(event),
    });
    await reporter.close();
    if (shared === undefined) await bundle?.close();
    const world = live.snapshot();
    const result: ControllerRunResult = {
      goal: shown,
      world,
      seen: outcome.memory,
      dryRun: options.dryRun,
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
      ...(outcome.kind === "stopped" ? { stop: withWayOn(outcome.reason, world, goal) } : {}),
    };
    await tell(prepared, context, options, result);
    if (outcome.kind === "done") return 0;
    return outcome.reason.interrupted === true ? listening.exitCode : 1;
  } finally {
    await reporter.close();
    const own = shared === undefined ? bundle : undefined;
    await own?.close().catch((error: unknown) => {
      if (isBug(error)) throw error;
      context.stderr.write(`${explain(error)}\n`);
    });
    listening.stop();
  }
}

function goalOf(start: ControllerWorld, wanted: Wanted, options: ControllerOptions): ControllerGoal {
  return {
    target: wanted.target,
    stubs: wanted.stubs,
    replaces: othersWanting(start, wanted).map(({ facts }) => facts.uid),
    settle: options.dryRun === "none" ? (options.settle ?? settleTime(wanted.facts.template)) : 0,
    timeout: options.timeout,
    takeOver: options.takeOver,
    again: options.again,
    status: nextCommand(options.connection, "status"),
    back: options.again,
    // A dry run writes nothing, not even who works.
    ...(options.dryRun === "none" && start.daemonSet !== undefined ? { holder: holderName() } : {}),
  };
}

/** A second Ctrl-C leaves at once, and the run's lease with it: the next command has to take that over. */
function withWayOn(stop: Stop, { daemonSet }: ControllerWorld, { holder, again }: ControllerGoal): Stop {
  if (stop.hint !== undefined) return stop;
  const held = holder !== undefined && daemonSet !== undefined && holdsLease(daemonSet, holder);
  return { ...stop, hint: held ? `${again} --take-over` : again };
}

function willChange(start: ControllerWorld, { target, stubs }: Wanted): boolean {
  return [target, ...stubs].some(
    (each) => each.bringInLine(targetOf(start, { target: each })?.raw).length > 0,
  );
}

/** A manifest of the other flavour would look for its data where there is none. */
function refuseOtherDatastore(
  { datastore }: Prepared,
  { facts, objects }: Wanted,
  file: string | undefined,
): void {
  if (objects.length === 0 || datastore === "unknown") return;
  const told = controllerDatastore(facts.template, []);
  if (told === "unknown" || told === datastore) return;
  throw userError(
    `the controller in ${file ?? "the file"} is for the ${told === "etcd" ? "etcd" : "Kubernetes"} datastore, and this cluster's Calico uses ${datastore === "etcd" ? "etcd" : "the Kubernetes datastore"}; give the manifest of that flavour`,
  );
}

function handsOutAddresses({ facts }: Wanted): boolean {
  return facts.template.containers.some(({ env }) =>
    env.some(({ name, value }) => name === "ENABLED_CONTROLLERS" && value?.includes("loadbalancer") === true),
  );
}

import { sendWrite } from "../../cluster/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import type { JsonObject, KubeObject } from "../../model/kube.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { Write } from "../../model/write.ts";
import { run as perform } from "../../perform/run.ts";
import type { Stop } from "../../plan/decision.ts";
import { nodeCommand } from "../../plan/node/command.ts";
import { calicoNodeContainer, type TemplateFacts } from "../../model/template.ts";
import type { NodeGoal } from "../../plan/node/goal.ts";
import { phaseOf } from "../../plan/node/phases.ts";
import { nodeProcedure } from "../../plan/node/procedure.ts";
import { rightsOf } from "../../plan/node/permissions.ts";
import { mustPin } from "../../plan/node/pin.ts";
import { heldByOther } from "../../plan/node/run-lease.ts";
import { nothingSeen } from "../../plan/node/seen.ts";
import { willRestart } from "../../plan/node/will-restart.ts";
import { podOn, type NodeWorld } from "../../plan/node/world.ts";
import type { NodeSubject } from "../../preflight/node-facts.ts";
import { printed } from "../../render/output.ts";
import { closingLines, nodeLine, nodeResultObject, type NodeRunResult } from "../../render/node-result.ts";
import { outputOf } from "../print-result.ts";
import { lastLogLines } from "./crash-log.ts";
import { expectsReady } from "./expect-ready.ts";
import { findingsFor, refusal } from "./guard.ts";
import { holderName } from "./holder.ts";
import { nodeOptions, type NodeOptions, type NodeValues } from "./options.ts";
import { missingNodes, prepare, type Prepared } from "./prepare.ts";
import { confirm } from "./confirm.ts";
import { reporterFor } from "./report.ts";
import { checkRights } from "./rights.ts";
import { settleTime } from "./settle.ts";
import { checkSurroundings } from "./surroundings-needed.ts";
import { fileDaemonSet, readTemplate, restoreOf, templateGoal, type FileTemplate } from "./template.ts";

/** The promise of the procedure: BIRD's graceful restart period as its document gives it (calico-facts 7). */
const documentedBudget: Millis = 90_000;

/** A pod that a run brought about, as it was when its node was done. */
export type RestartedPod = PodFacts;

/** `onPod`: for a command that does more than this one with the pods that came back. */
export async function run(
  values: NodeValues,
  context: AppContext,
  connect: () => Promise<Connection>,
  onPod: (pod: RestartedPod) => void = () => {},
): Promise<number> {
  const warn = (text: string): void => void context.stderr.write(`Warning: ${text}\n`);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = nodeOptions(values, output, warn);
  const file = options.file === undefined ? undefined : await readTemplate(options.file, context.readFile);
  const connection = await connect();
  const abort = new AbortController();
  try {
    if (values.unpin)
      return await (await import("./unpin.ts")).unpin(connection, context, options, abort.signal);
    if (values.release)
      return await (await import("./release.ts")).release(connection, context, options, abort.signal);
    const prepared = await prepare(connection, context, options, abort.signal);
    if (values.printMissing && file !== undefined) {
      return await (await import("./print-missing.ts")).printMissing(prepared, file, context);
    }
    return await upgrade(prepared, context, options, file, warn, onPod);
  } finally {
    abort.abort();
    connection.close();
  }
}

async function upgrade(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  file: FileTemplate | undefined,
  warn: (text: string) => void,
  onPod: (pod: RestartedPod) => void,
): Promise<number> {
  const missing = missingNodes(prepared.live.snapshot(), options.nodes);
  if (missing.length > 0) {
    context.stderr.write(missing.map((error) => `${explain(error)}\n`).join(""));
    return 1;
  }
  const template =
    file === undefined ? undefined : await checkedTemplate(prepared, file, options, context, warn);
  const goal = await checkedGoal(prepared, context, options, template, warn, async (made, world) => {
    const { clock, chosen } = prepared;
    const idle = made.nodes.every((node) => !willRestart(world, made, node, clock.now()));
    if (template === undefined && idle) return;
    const { checkNodeStep } = await import("./step-rules.ts");
    await checkNodeStep(prepared, options, template?.facts ?? chosen.template, file, world, warn);
  });
  return goal === undefined ? 1 : (await performGoal(prepared, context, options, goal, onPod)).code;
}

/**
 * The goal of a run once rights and guards let it pass; undefined when they do not, and why is told.
 * `checkFirst` throws where something else forbids it, before anything is asked of the user.
 */
export async function checkedGoal(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  template: Awaited<ReturnType<typeof templateGoal>> | undefined,
  warn: (text: string) => void,
  checkFirst?: (goal: NodeGoal, world: NodeWorld) => Promise<void>,
): Promise<NodeGoal | undefined> {
  const { live, chosen, connection, places } = prepared;
  const start = live.snapshot();
  const goal = await goalOf(prepared, options, template, start);
  await checkRights(connection, rightsOf(goal, places, chosen.namespace, chosen.name));
  await checkFirst?.(goal, start);
  return (await passesGuards(
    prepared,
    options,
    goal,
    start,
    context,
    warn,
    template?.facts ?? chosen.template,
  ))
    ? goal
    : undefined;
}

/** Brings the nodes of a goal there, and tells what came of it. */
export async function performGoal(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  goal: NodeGoal,
  onPod: (pod: RestartedPod) => void = () => {},
): Promise<{ readonly code: number; readonly result: NodeRunResult }> {
  const { live, around, clock, places, chosen } = prepared;
  const listening = context.interrupts.listen();
  const suffix = dryRunSuffix(options.dryRun);
  const base = { goal, bgp: around.bgp, ...budgetOf(prepared) };
  const reporter = await reporterFor(context, {
    goal,
    resource: `daemonset.${places.daemonSets.group}/${chosen.name}`,
    format: options.output.format,
    color: options.color,
    dryRun: options.dryRun,
    suffix,
    nodeLine: (node, seen) => (options.dryRun === "none" ? nodeLine(node, { ...base, seen }) : undefined),
  });
  try {
    const outcome = await perform(nodeProcedure(goal, places), live, {
      dryRun: options.dryRun,
      now: clock.now,
      send: (write: Write, dryRun: boolean): Promise<KubeObject | undefined> => send(prepared, write, dryRun),
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

/** The file's DaemonSet as a goal, once its surroundings are known to be there (hazard H05). */
async function checkedTemplate(
  prepared: Prepared,
  file: FileTemplate,
  options: NodeOptions,
  context: Pick<AppContext, "stderr">,
  warn: (text: string) => void,
): Promise<Awaited<ReturnType<typeof templateGoal>>> {
  const desired = fileDaemonSet(prepared, file);
  const goal = await templateGoal(prepared, desired);
  const overridden = options.templateOnly || options.ignored.has("H05") || options.ignored.has("all");
  const { refusal: missing, others } = await checkSurroundings(prepared, file, desired);
  if (missing !== undefined && !overridden) throw userError(missing);
  if (missing !== undefined) warn(missing);
  if (others !== undefined) context.stderr.write(`${others}\n`);
  return goal;
}

async function send(prepared: Prepared, write: Write, dryRun: boolean): Promise<KubeObject | undefined> {
  const { object } = await sendWrite(prepared.connection, write, {
    dryRun,
    serverVersion: prepared.discovery.version,
  });
  return object;
}

async function goalOf(
  prepared: Prepared,
  options: NodeOptions,
  template: Awaited<ReturnType<typeof templateGoal>> | undefined,
  world: NodeWorld,
): Promise<NodeGoal> {
  const { chosen, around, configMaps } = prepared;
  const target = template?.facts ?? chosen.template;
  const expectReady = await expectsReady(target, world.pods, configMaps);
  const settle = options.dryRun === "none" ? (options.settle ?? settleTime(target)) : 0;
  const subjectOf = (live: NodeWorld, node: string, goal: NodeGoal): NodeSubject => ({
    node,
    writesDaemonSet: mustPin(live, goal),
    takeOver: options.takeOver,
    noCordon: options.noCordon,
    expectReady,
    oldUnready: options.oldUnready === true,
    ...imageOf(target),
    // The nodes before it have come to their end when the run asks.
    earlier: [],
  });
  // H09 was answered before the first write; once is enough.
  const answered = new Set([...options.ignored, "H09"]);
  const goal: NodeGoal = {
    daemonSet: chosen.uid,
    nodes: options.nodes,
    again: options.again,
    everywhere: options.everywhere,
    restart: options.restart,
    holder: holderName(),
    takeOver: options.takeOver,
    noCordon: options.noCordon,
    settle,
    timeout: options.timeout,
    expectReady,
    bgp: around.bgp,
    guard: (live, node, now) =>
      refusal(findingsFor(live, around, subjectOf(live, node, goal), now), answered),
    restoreStrategy: restoreOf(prepared),
    ...(options.gracePeriod === undefined ? {} : { gracePeriod: options.gracePeriod }),
    ...(options.probeImage === undefined ? {} : { probeImage: options.probeImage }),
    ...(template === undefined ? {} : { template }),
  };
  return goal;
}

/** What calico-node runs after a restart. */
function imageOf(template: TemplateFacts): Pick<NodeSubject, "image"> {
  const image = calicoNodeContainer(template)?.image;
  return image === undefined ? {} : { image };
}

/** Every refusal of every node at once, before the first write; then the questions. */
async function passesGuards(
  prepared: Prepared,
  options: NodeOptions,
  goal: NodeGoal,
  world: NodeWorld,
  context: AppContext,
  warn: (text: string) => void,
  target: TemplateFacts,
): Promise<boolean> {
  const { around, clock } = prepared;
  // Who works says more than what that work looks like from outside.
  const busy = heldByOther(world, nothingSeen, goal, clock.now());
  if (busy !== undefined) {
    context.stderr.write(`${refusalLine(busy)}\n`);
    return false;
  }
  const touched = goal.nodes.filter((node) => willRestart(world, goal, node, clock.now()));
  const findings = touched.flatMap((node) => {
    const subject = {
      node,
      writesDaemonSet: mustPin(world, goal),
      takeOver: options.takeOver,
      noCordon: options.noCordon,
      expectReady: goal.expectReady,
      oldUnready: options.oldUnready === true,
      ...imageOf(target),
      earlier: goal.nodes.slice(0, goal.nodes.indexOf(node)),
    };
    return findingsFor(world, around, subject, clock.now());
  });
  const told = new Set<string>();
  const refusals: Stop[] = [];
  let asked: string | undefined;
  for (const finding of findings) {
    if (finding.outcome !== "fail" && finding.outcome !== "unknown") continue;
    const stop = refusal([finding], options.ignored);
    if (stop === undefined) {
      if (!told.has(finding.because)) warn(`${finding.id}: ${finding.because}`);
      told.add(finding.because);
    } else if (finding.id === "H09" && finding.outcome === "fail") asked = finding.because;
    else if (!refusals.some(({ message }) => message === stop.message)) refusals.push(stop);
  }
  for (const each of refusals) context.stderr.write(`${refusalLine(each)}\n`);
  if (refusals.length > 0) return false;
  if (asked === undefined || options.dryRun !== "none") return true;
  return await confirm(context, options.yes, `${asked}. Cordon it all the same?`);
}

function refusalLine({ id, message, hint }: Stop): string {
  return `error: ${id ?? ""}: ${message}${hint === undefined ? "" : `; ${hint}`}`;
}

function budgetOf({ around }: Prepared): { readonly budget?: Millis } {
  if (around.bgp !== true) return {};
  const configured = around.restartTime.known ? around.restartTime.value : undefined;
  return { budget: Math.min(documentedBudget, configured ?? documentedBudget) };
}

/** The result in the format asked for, and on standard error why it stopped and what is next. */
async function tell(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  result: NodeRunResult,
): Promise<void> {
  const { stop } = result;
  let unprinted: string | undefined;
  const { output } = options;
  if (output.format !== "table" && output.format !== "wide") {
    const text = await printed(output, {
      table: () => "",
      object: () => nodeResultObject(result),
      rows: () => nodeResultObject(result)["nodes"] as readonly JsonObject[],
      names: () =>
        options.nodes
          .filter((name) => result.seen.nodes[name]?.outcome?.result === "restarted")
          .map((name) => `node/${name}`),
    });
    // What was done is told all the same.
    if (text.ok) context.stdout.write(text.value);
    else unprinted = text.message;
  }
  const lines: string[] = [];
  if (stop !== undefined) {
    const id = stop.id === undefined ? "" : `${stop.id}: `;
    lines.push(`error: ${id}${stop.message}`);
    if (stop.pod !== undefined)
      lines.push(...(await lastLogLines(prepared.connection, stop.pod, result.world)));
    if (stop.hint !== undefined) lines.push(`${stop.interrupted === true ? "to go on: " : ""}${stop.hint}`);
  }
  lines.push(...closingLines(result));
  for (const line of lines) context.stderr.write(`${line}\n`);
  if (unprinted !== undefined) throw userError(unprinted);
}

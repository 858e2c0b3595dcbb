import { sendWrite } from "../../cluster/write.ts";
import { readConfigMap } from "../../cluster/observe-lists.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isApiError, isBug, isInterrupted, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { installOwner } from "../../merge/apply-object.ts";
import { changeConfigMap, noteAfter, noted, type ConfigMapChange } from "../../merge/config-map.ts";
import { configChange, formatConfigChange, type ConfigChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { KubeObject } from "../../model/kube.ts";
import { program } from "../../model/program.ts";
import type { Write } from "../../model/write.ts";
import { configDiff } from "../../render/config-diff.ts";
import type { ConfigMapRunResult } from "../../render/config-result.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import { checkStep } from "../preflight/step.ts";
import { outputOf } from "../print-result.ts";
import { plainOutput } from "../../flags/common.ts";
import { effectLines, oldNodeLines, problemsOf, readingOfKeys } from "./check.ts";
import { desiredFrom, readValues } from "./new-values.ts";
import { configMapOptions, type ConfigMapOptions, type ConfigMapValues } from "./options.ts";
import { prepare, type Prepared } from "./prepare.ts";
import {
  controllerIsStale,
  markPod,
  restartController,
  restartNodes,
  staleNodes,
  type RestartOptions,
  type Restarted,
} from "./restart.ts";
import { printResult } from "./tell.ts";

/** With --diff as kubectl diff: 0 the same, 1 different, 2 not told. */
export async function run(
  values: ConfigMapValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  try {
    return await change(values, context, connect);
  } catch (error) {
    if (!values.diff || isBug(error) || isInterrupted(error)) throw error;
    context.stderr.write(`${explain(error)}\n`);
    return 2;
  }
}

async function change(
  values: ConfigMapValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = (text: string): void => void context.stderr.write(`Warning: ${text}\n`);
  const output = await outputOf(plainOutput(values.output), context);
  const options = configMapOptions(values, output, warn);
  const objects = await readValues(options.values, context);
  const prepared = await prepare(await connect(), context, values);
  const { live, ref } = prepared;
  const desired = await desiredFrom(options.values, objects, prepared, context);
  const ignored = (id: string): boolean => options.ignored.has(id) || options.ignored.has("all");
  // Keys that are named one by one are meant, whoever set them; a file may not know what it takes over.
  const force = ignored("H14") || options.values.from !== "file";
  const wanted = changeConfigMap(live, desired.object, ref, installOwner([live]), {
    force,
    unset: desired.unset,
  });
  const diff = configDiff(live, wanted.merged);
  if (values.diff) {
    context.stdout.write(diff);
    for (const line of effectLines(prepared, wanted)) context.stderr.write(`${line}\n`);
    return diff === "" ? 0 : 1;
  }
  refuse(prepared, wanted, await problemsOf(prepared, wanted), force);
  if (wanted.applied.write !== undefined) await checkRules(prepared, options, context, warn);
  if (force) for (const line of conflictLines(wanted)) warn(`H14: ${line.trim()}`);
  if (output.format === "table" && diff !== "") context.stderr.write(diff);
  for (const line of effectLines(prepared, wanted)) context.stderr.write(`${line}\n`);
  for (const line of oldNodeLines(prepared, wanted)) warn(line);
  return await carryOut(prepared, wanted, diff, { values, context, connect, options });
}

/** The rules of preflight about who owns the install and whether its data is at rest. */
async function checkRules(
  { connection, daemonSet, seen }: Prepared,
  { ignored }: ConfigMapOptions,
  context: Pick<AppContext, "now">,
  warn: (text: string) => void,
): Promise<void> {
  const { namespace, name } = daemonSet;
  const place = {
    connection,
    now: context.now(),
    namespace,
    daemonSet: `${namespace}/${name}`,
    known: seen,
  };
  await checkStep("configmap", place, {}, ignored, warn);
}

interface Around {
  readonly values: ConfigMapValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly options: ConfigMapOptions;
}

async function carryOut(
  prepared: Prepared,
  wanted: ConfigMapChange,
  diff: string,
  { values, context, connect, options }: Around,
): Promise<number> {
  const { live, ref, clock } = prepared;
  const { dryRun, output } = options;
  const changing = wanted.applied.write !== undefined;
  // What an interrupted run of this command left undone, where nothing is to be changed any more.
  const before = configChange(configMapFacts(live));
  const open =
    before !== undefined && (controllerIsStale(prepared, before) || staleNodes(prepared, before).length > 0);
  const left = open ? before : undefined;
  const keys = [...new Set([...wanted.keys, ...(left?.keys ?? [])])].toSorted();
  const noted: ConfigChange | undefined = wanted.keys.length === 0 ? left : { at: clock.now(), keys };
  const nodes = noted === undefined || values.noRestart ? [] : staleNodes(prepared, noted);
  const controller = noted !== undefined && !values.noRestart && controllerIsStale(prepared, noted);
  const restart: RestartOptions = {
    context,
    connect,
    values,
    dryRun: values.dryRun,
    silent: false,
    json: output.format !== "table",
  };
  if (changing && dryRun === "none") await tryRestarts(restart, controller, nodes);

  let bundle: string | undefined;
  if (changing && wanted.applied.write !== undefined) {
    const note = { at: clock.now(), keys: wanted.keys.length === 0 ? [] : keys };
    const around = { values, context, connect, options };
    const written = await write(prepared, wanted.applied.write, note, around);
    bundle = written.bundle;
    prepared = { ...prepared, live: written.object ?? prepared.live };
  }
  const outcome = !changing ? "unchanged" : "configured";
  if (output.format === "table")
    context.stdout.write(`configmap/${ref.name} ${outcome}${changing ? dryRunSuffix(dryRun) : ""}\n`);

  const result: { controller?: Restarted; nodes?: Restarted } = {};
  if (controller) result.controller = await restartController(restart);
  const failed = result.controller !== undefined && result.controller.exitCode !== 0;
  if (nodes.length > 0 && !failed) result.nodes = await restartAndMark(prepared, restart, nodes);
  const exitCode = result.controller?.exitCode || result.nodes?.exitCode || 0;
  const told: ConfigMapRunResult = {
    configMap: { namespace: ref.namespace ?? "", name: ref.name },
    outcome,
    dryRun,
    diff,
    keys: wanted.keys,
    succeeded: exitCode === 0,
    readers: readingOfKeys(prepared, noted?.keys ?? []).map(({ kind, name, component }) => ({
      kind,
      name,
      component,
    })),
    noRestart: values.noRestart,
    ended: clock.now(),
    ...(bundle === undefined ? {} : { bundle }),
    ...(result.controller?.result === undefined ? {} : { controller: result.controller.result }),
    ...(result.nodes?.result === undefined ? {} : { nodes: result.nodes.result }),
  };
  await printResult(context, output, told);
  const lines = closing(prepared, told, values, exitCode, options);
  for (const line of lines) context.stderr.write(`${line}\n`);
  return exitCode;
}

/** What the steps after the write would refuse is better known before it. */
async function tryRestarts(
  restart: RestartOptions,
  controller: boolean,
  nodes: readonly string[],
): Promise<void> {
  const silent: RestartOptions = { ...restart, dryRun: "client", silent: true };
  const tried = [
    ...(controller ? [await restartController(silent)] : []),
    ...(nodes.length > 0 ? [await restartNodes(silent, nodes, () => {})] : []),
  ];
  const refused = tried.filter(({ exitCode }) => exitCode !== 0).map(({ said }) => said.trim());
  if (refused.length === 0) return;
  throw userError(
    `nothing was changed, because what reads the changed keys could not be restarted afterwards (--no-restart leaves that out):\n${refused.join("\n")}`,
  );
}

function refuse(
  { live, ref }: Prepared,
  { applied, notOurs }: ConfigMapChange,
  problems: readonly string[],
  force: boolean,
): void {
  const [other] = notOurs;
  if (other !== undefined)
    throw userError(
      `key "${other}" of ConfigMap ${ref.namespace ?? ""}/${ref.name} belongs to another manager than the one who applied it; whoever set it has to remove it (kubectl get configmap -n ${ref.namespace ?? ""} ${ref.name} -o yaml --show-managed-fields)`,
    );
  if (problems.length > 0)
    throw userError(`${problems.length === 1 ? "" : "\n  "}${problems.join("\n  ")}; nothing was changed`);
  if (applied.conflicts.length === 0 || force) return;
  throw userError(
    [
      `H14: this changes what somebody else has set on ConfigMap ${live.metadata.namespace ?? ""}/${live.metadata.name}:`,
      ...conflictLines({ applied }),
      "take it over with --ignore-preflight-errors=H14",
    ].join("\n"),
  );
}

function conflictLines({ applied }: Pick<ConfigMapChange, "applied">): readonly string[] {
  return applied.conflicts.map(
    ({ field, manager, time }) =>
      `  ${field}: set by ${manager ?? "somebody"}${time === undefined ? "" : ` at ${time}`}`,
  );
}

/** Saves, writes by compare-and-swap, and leaves the note of what was changed when. */
async function write(
  { connection, discovery, live, ref, clock }: Prepared,
  first: Write,
  noteOf: ConfigChange,
  { context, values, options }: Around,
): Promise<{ readonly object?: KubeObject; readonly bundle?: string }> {
  if (options.dryRun === "client") return {};
  const dryRun = options.dryRun === "server";
  const note = noteOf.keys.length === 0 ? undefined : formatConfigChange(noteOf);
  const send = async (each: Write): Promise<KubeObject> =>
    (await sendWrite(connection, each, { dryRun, serverVersion: discovery.version })).object;
  const sent = note === undefined ? first : noted(first, note);
  if (dryRun) {
    await send(sent);
    return {};
  }
  const bundle = await openRunBundle(connection, context, {
    command: "configmap",
    place: values.bundleDir,
    kubernetes: discovery.version,
    now: clock.now,
  });
  try {
    const [id] = await bundle.save([{ action: "changed", ref, before: live }]);
    try {
      let object = await send(sent);
      const after = note === undefined ? undefined : noteAfter(first, object, ref, note);
      if (after !== undefined) object = await send(after);
      if (id !== undefined) bundle.done(id, object);
      return { object, bundle: bundle.directory };
    } catch (error) {
      const refused = isApiError(error) && error.status < 500;
      if (id !== undefined && refused) bundle.dropped(id);
      if (isApiError(error) && error.status === 409)
        throw userError(
          `somebody changed ConfigMap ${ref.namespace ?? ""}/${ref.name} since it was read; nothing was changed: look at the difference again, then: ${options.again}`,
        );
      throw error;
    }
  } finally {
    await bundle.close();
  }
}

async function restartAndMark(
  prepared: Prepared,
  restart: RestartOptions,
  nodes: readonly string[],
): Promise<Restarted> {
  const { connection, ref, seen } = prepared;
  const marks: Promise<void>[] = [];
  const others = (seen.configMaps.known ? seen.configMaps.value : []).filter(({ name }) => name !== ref.name);
  const own = configMapFacts(prepared.live);
  const done = await restartNodes(restart, nodes, (pod) => {
    marks.push(markPod(prepared, pod, [...others, own]));
  });
  await Promise.all(marks);
  const now = await readConfigMap(connection, ref.namespace ?? "", ref.name);
  if (now.known && now.value?.resourceVersion !== own.resourceVersion)
    restart.context.stderr.write(
      `Warning: ConfigMap ${ref.namespace ?? ""}/${ref.name} was changed again meanwhile; look with: ${program} status\n`,
    );
  return done;
}

function closing(
  { ref }: Prepared,
  { keys, readers, noRestart, bundle, dryRun }: ConfigMapRunResult,
  values: ConfigMapValues,
  exitCode: number,
  options: ConfigMapOptions,
): readonly string[] {
  const typha = readers.find(({ component }) => component === "typha");
  return [
    ...(typha === undefined
      ? []
      : [
          `${typha.kind} ${typha.name} reads a changed key and is not restarted by this command: kubectl rollout restart -n ${ref.namespace ?? ""} ${typha.kind.toLowerCase()}/${typha.name}`,
        ]),
    ...(noRestart && keys.length > 0 && readers.length > 0 && dryRun === "none"
      ? [
          `not restarted: ${readers.map(({ kind, name }) => `${kind} ${name}`).join(", ")}; their pods run with older values until they are: ${program} status, then ${options.again}`,
        ]
      : []),
    ...(bundle === undefined ? [] : [`what was there is saved in ${bundle}`]),
    ...(exitCode === 0 || values.diff ? [] : [`to go on: ${options.again}`]),
  ];
}

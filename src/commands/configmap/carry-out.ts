import { readConfigMap } from "../../cluster/observe-lists.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import type { ConfigMapChange } from "../../merge/config-map.ts";
import { configChange, type ConfigChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import { program } from "../../model/program.ts";
import type { WorkloadFacts } from "../../model/workload.ts";
import type { ConfigMapRunResult } from "../../render/config-result.ts";
import { readingOfKeys } from "./check.ts";
import { markPod } from "./mark-pod.ts";
import type { ConfigMapOptions, ConfigMapValues } from "./options.ts";
import type { Prepared } from "./prepare.ts";
import { restartController, restartNodes, type RestartOptions, type Restarted } from "./restart.ts";
import { staleNodes, staleWorkload } from "./stale.ts";
import { printResult, tellNext } from "./tell.ts";
import { mayRestartTypha, restartTypha, whyNotTypha } from "./typha.ts";
import { saveAndWrite } from "./write.ts";

interface Around {
  readonly values: ConfigMapValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly options: ConfigMapOptions;
}

/** What started before the change and reads a changed key. */
interface Stale {
  readonly typha?: WorkloadFacts;
  readonly controller: boolean;
  readonly nodes: readonly string[];
}

/** Writes the values, then restarts exactly what reads the changed keys. The exit code. */
export async function carryOut(
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
  const left = before !== undefined && isOpen(staleBy(prepared, before)) ? before : undefined;
  const keys = [...new Set([...wanted.keys, ...(left?.keys ?? [])])].toSorted();
  const change: ConfigChange | undefined = wanted.keys.length === 0 ? left : { at: clock.now(), keys };
  const restarting = change !== undefined && !values.noRestart;
  if (restarting) refuseUnknown(prepared);
  const stale: Stale = restarting ? staleBy(prepared, change) : { controller: false, nodes: [] };
  const restart: RestartOptions = {
    context,
    connect,
    values,
    dryRun: values.dryRun,
    silent: false,
    json: output.format !== "table",
  };
  if (changing && dryRun === "none") await tryRestarts(prepared, restart, stale);

  let bundle: string | undefined;
  if (changing && wanted.applied.write !== undefined) {
    const note = { at: clock.now(), keys: wanted.keys.length === 0 ? [] : keys };
    const written = await saveAndWrite(prepared, wanted.applied.write, note, options, context);
    bundle = written.bundle;
    prepared = { ...prepared, live: written.object ?? prepared.live };
  }
  const outcome = !changing ? "unchanged" : "configured";
  if (output.format === "table")
    context.stdout.write(`configmap/${ref.name} ${outcome}${changing ? dryRunSuffix(dryRun) : ""}\n`);

  const done = await restartAll(prepared, restart, stale, options);
  const told: ConfigMapRunResult = {
    configMap: { namespace: ref.namespace ?? "", name: ref.name },
    outcome,
    dryRun,
    diff,
    keys: wanted.keys,
    succeeded: done.exitCode === 0,
    readers: readingOfKeys(prepared, change?.keys ?? []).map(({ kind, name, component }) => ({
      kind,
      name,
      component,
    })),
    noRestart: values.noRestart,
    ended: clock.now(),
    ...(bundle === undefined ? {} : { bundle }),
    ...(done.typha === undefined ? {} : { typha: done.typha }),
    ...(done.controller?.result === undefined ? {} : { controller: done.controller.result }),
    ...(done.nodes?.result === undefined ? {} : { nodes: done.nodes.result }),
  };
  await printResult(context, output, told);
  const unhandled = stale.typha === undefined ? undefined : whyNotTypha(stale.typha);
  if (unhandled !== undefined) context.stderr.write(`${unhandled}\n`);
  tellNext(context, told, options.again);
  return done.exitCode;
}

function staleBy(prepared: Prepared, change: ConfigChange): Stale {
  const typha = staleWorkload(prepared, "typha", change);
  return {
    ...(typha === undefined ? {} : { typha }),
    controller: staleWorkload(prepared, "controller", change) !== undefined,
    nodes: staleNodes(prepared, change),
  };
}

function isOpen({ typha, controller, nodes }: Stale): boolean {
  return typha !== undefined || controller || nodes.length > 0;
}

/** What reads the keys has to be known: nothing is taken for current because it could not be read. */
function refuseUnknown({ seen: { pods, workloads } }: Prepared): void {
  const unknown = [pods, workloads].find(({ known }) => !known);
  if (unknown === undefined || unknown.known) return;
  throw userError(
    `which pods read the changed keys cannot be told: ${unknown.message}; nothing was changed: --no-restart only writes the values`,
  );
}

/** What the steps after the write would refuse is better known before it. */
async function tryRestarts(
  prepared: Prepared,
  restart: RestartOptions,
  { typha, controller, nodes }: Stale,
): Promise<void> {
  const silent: RestartOptions = { ...restart, dryRun: "client", silent: true };
  const refused: string[] = [];
  if (typha !== undefined && whyNotTypha(typha) === undefined) {
    await mayRestartTypha(prepared, typha).catch((error: unknown) => {
      if (isBug(error)) throw error;
      refused.push(explain(error));
    });
  }
  const tried = [
    ...(controller ? [await restartController(silent)] : []),
    ...(nodes.length > 0 ? [await restartNodes(silent, nodes, () => {})] : []),
  ];
  refused.push(...tried.filter(({ exitCode }) => exitCode !== 0).map(({ said }) => said.trim()));
  if (refused.length === 0) return;
  throw userError(
    `nothing was changed, because what reads the changed keys could not be restarted afterwards (--no-restart leaves that out):\n${refused.join("\n")}`,
  );
}

interface Done {
  readonly exitCode: number;
  readonly typha?: { readonly name: string; readonly rolledOut: boolean };
  readonly controller?: Restarted;
  readonly nodes?: Restarted;
}

/** Typha, then the controller, then node by node: the first that fails ends it. */
async function restartAll(
  prepared: Prepared,
  restart: RestartOptions,
  stale: Stale,
  { dryRun, output }: ConfigMapOptions,
): Promise<Done> {
  const { context, values } = restart;
  const done: { -readonly [Name in keyof Done]: Done[Name] } = { exitCode: 0 };
  if (stale.typha !== undefined && whyNotTypha(stale.typha) === undefined) {
    const how = { dryRun, timeout: values.timeout, lines: output.format === "table" };
    done.exitCode = await restartTypha(prepared, stale.typha, how, context);
    done.typha = { name: stale.typha.name, rolledOut: done.exitCode === 0 };
  }
  if (stale.controller && done.exitCode === 0) {
    done.controller = await restartController(restart);
    done.exitCode = done.controller.exitCode;
  }
  if (stale.nodes.length > 0 && done.exitCode === 0) {
    done.nodes = await restartAndMark(prepared, restart, stale.nodes);
    done.exitCode = done.nodes.exitCode;
  }
  return done;
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

import { nextCommand } from "../../flags/next-command.ts";
import { readConfigMap } from "../../cluster/observe-lists.ts";
import { explain, isBug, warningsOn } from "../../errors.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import { configMapFacts } from "../../model/configmap.ts";
import { markPod } from "./mark-pod.ts";
import type { Prepared } from "./prepare.ts";
import { restartController, restartNodes, type Restarted, type RestartOptions } from "./restart.ts";
import type { Stale } from "./stale.ts";
import { mayRestartTypha, restartTypha, whyNotTypha } from "./typha.ts";

/** What the steps after the write would refuse is better known before it; undefined: nothing. */
export async function tryRestarts(
  prepared: Prepared,
  restart: RestartOptions,
  { typha, controller, nodes }: Stale,
): Promise<string | undefined> {
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
  return refused.length === 0 ? undefined : refused.join("\n");
}

interface Done {
  readonly exitCode: number;
  readonly typha?: { readonly name: string; readonly rolledOut: boolean };
  readonly controller?: Restarted;
  readonly nodes?: Restarted;
}

/** Typha, then the controller, then node by node: the first that fails ends it. */
export async function restartAll(
  prepared: Prepared,
  restart: RestartOptions,
  stale: Stale,
  dryRun: DryRun,
): Promise<Done> {
  const { context, values } = restart;
  const done: { -readonly [Name in keyof Done]: Done[Name] } = { exitCode: 0 };
  if (stale.typha !== undefined && whyNotTypha(stale.typha) === undefined) {
    const how = { dryRun, timeout: values.timeout, lines: !restart.json };
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
    warningsOn(restart.context)(
      `ConfigMap ${ref.namespace ?? ""}/${ref.name} was changed again meanwhile; look with: ${nextCommand(restart.values.connection, "status")}`,
    );
  return done;
}

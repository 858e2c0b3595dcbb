import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import type { ConfigMapChange } from "../../merge/config-map.ts";
import { configChange, type ConfigChange } from "../../model/config-ledger.ts";
import { configMapFacts } from "../../model/configmap.ts";
import type { ConfigMapRunResult } from "../../render/config-result.ts";
import { readingOfKeys } from "./check.ts";
import type { ConfigMapOptions, ConfigMapValues } from "../../commands/configmap/options.ts";
import type { Prepared } from "./prepare.ts";
import { restartAll, tryRestarts } from "./restart-all.ts";
import type { RestartOptions } from "./restart.ts";
import { isOpen, nothingStale, staleBy, type Stale } from "./stale.ts";
import { printResult, tellNext } from "../../commands/configmap/tell.ts";
import { whyNotTypha } from "./typha.ts";
import { saveAndWrite } from "./write.ts";

interface Around {
  readonly values: ConfigMapValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly options: ConfigMapOptions;
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
  const stale: Stale = restarting ? staleBy(prepared, change) : nothingStale;
  const restart: RestartOptions = {
    context,
    connect,
    values,
    dryRun: values.dryRun,
    silent: false,
    json: output.format !== "table",
  };
  if (changing && dryRun === "none") {
    const refused = await tryRestarts(prepared, restart, stale);
    if (refused !== undefined)
      throw userError(
        `nothing was changed, because what reads the changed keys could not be restarted afterwards (--no-restart leaves that out):\n${refused}`,
      );
  }

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

  const done = await restartAll(prepared, restart, stale, dryRun);
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
  tellNext(context, told, options.again, values);
  return done.exitCode;
}

/** What reads the keys has to be known: nothing is taken for current because it could not be read. */
function refuseUnknown({ seen: { pods, workloads } }: Prepared): void {
  const unknown = [pods, workloads].find(({ known }) => !known);
  if (unknown === undefined || unknown.known) return;
  throw userError(
    `which pods read the changed keys cannot be told: ${unknown.message}; nothing was changed: --no-restart only writes the values`,
  );
}

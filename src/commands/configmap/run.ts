import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explainLines, isBug, isInterrupted, userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { changeOf } from "../../operations/configmap/change.ts";
import { effectLines } from "../../operations/configmap/check.ts";
import { openConfigMap } from "../../operations/configmap/open.ts";
import { configMapOperation } from "../../operations/configmap/operation.ts";
import type { ConfigMapPlan } from "../../operations/configmap/plan.ts";
import { configDiff } from "../../render/config-diff.ts";
import { manifestHash } from "../manifest-hash.ts";
import { inSession, type InSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { showsLines } from "../listener.ts";
import { refusalLines } from "../stop-lines.ts";
import { keptIn } from "./edit.ts";
import { readValues, wantedValues, type EditedValues } from "./new-values.ts";
import { configMapOptions, type ConfigMapOptions, type ConfigMapValues } from "./options.ts";
import { showDiff } from "./show-diff.ts";
import { reportConfigMap } from "./report.ts";

/** With --diff as kubectl diff: 0 the same, 1 different, 2 not known. */
export async function run(
  values: ConfigMapValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  try {
    return await change(values, context, connect);
  } catch (error) {
    if (!values.diff || isBug(error) || isInterrupted(error)) throw error;
    for (const line of explainLines(error)) context.stderr.line(line);
    return 2;
  }
}

async function change(
  values: ConfigMapValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf(plainOutput(values.output), context);
  const options = configMapOptions(values, output, warn, context.now());
  const objects = await readValues(options.values, context);
  const connection = await connect();
  const manifest = objects.length === 0 ? {} : { manifest: manifestHash(objects) };
  return await inSession(
    connection,
    context,
    { ...options, ...manifest, format: output.format },
    async (opened) => {
      const open = await openConfigMap(opened.session, options.request.daemonSet);
      const wanted = await wantedValues(options.values, objects, open, connection.namespace, context);
      try {
        if (options.diff) {
          const wished = changeOf(open, wanted.values, options.request);
          const code = await showDiff(open.live, wished.merged, context);
          for (const line of effectLines(open, wished)) context.stderr.line(line);
          return code;
        }
        const code = await perform(open, wanted, { options, context, opened });
        await wanted.edited?.discard();
        return code;
      } catch (error) {
        if (wanted.edited !== undefined) warn(keptIn(wanted.edited.file));
        throw error;
      }
    },
  );
}

interface ConfigMapRun {
  readonly options: ConfigMapOptions;
  readonly context: AppContext;
  readonly opened: InSession;
}

async function perform(
  open: Parameters<typeof configMapOperation>[0],
  { values }: EditedValues,
  { options, context: { stdout, stderr }, opened }: ConfigMapRun,
): Promise<number> {
  const lines = showsLines(options.output.format);
  const say = (line: string): void => stderr.line(line);
  const outcome = await configMapOperation(open, opened.session, options.request, values, {
    show({ open: seen, change: wished, warnings }: ConfigMapPlan, again) {
      if (again) say("something has changed since the question was asked; this is what would happen now:");
      const diff = configDiff(seen.live, wished.merged);
      if (lines && diff !== "") stderr.text(diff);
      for (const line of effectLines(seen, wished)) say(line);
      for (const text of warnings) say(`Warning: ${text}`);
    },
    begins({ open: seen, change: wished }) {
      if (lines && wished.applied.write === undefined) stdout.line(`configmap/${seen.ref.name} unchanged`);
    },
  });
  await opened.shown();
  if (outcome.kind === "declined") return 1;
  if (outcome.kind === "refused") {
    const refused = refusalLines(outcome.refusals);
    if (outcome.restarts)
      throw userError([
        "nothing was changed, because what reads the changed keys could not be restarted afterwards (--no-restart leaves that out):",
        ...refused,
      ]);
    for (const line of refused) say(line);
    return 1;
  }
  const { plan, result } = outcome;
  await reportConfigMap({ stdout, stderr }, options, opened.session, result, {
    diff: configDiff(plan.open.live, plan.change.merged),
    stale: plan.stale,
    daemonSet: plan.open.daemonSet,
  });
  if (result.left !== undefined) return 1;
  return opened.codeOf(result.stop);
}

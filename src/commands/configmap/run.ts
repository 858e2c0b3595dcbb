import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, isInterrupted, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { installOwner } from "../../merge/apply-object.ts";
import { changeConfigMap } from "../../merge/config-map.ts";
import { configDiff } from "../../render/config-diff.ts";
import type { Output } from "../../render/output.ts";
import { outputOf } from "../print-result.ts";
import { carryOut } from "./carry-out.ts";
import { effectLines, oldNodeLines, problemsOf } from "./check.ts";
import { keptIn } from "./edit.ts";
import { desiredFrom, readValues, type Desired } from "./new-values.ts";
import { configMapOptions, type ConfigMapOptions, type ConfigMapValues } from "./options.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { conflictLines, refuse } from "./refuse.ts";
import { showDiff } from "./show-diff.ts";
import { checkConfigMapStep } from "./step-rules.ts";

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
  const warn = warningsOn(context);
  const output = await outputOf(plainOutput(values.output), context);
  const options = configMapOptions(values, output, warn);
  const objects = await readValues(options.values, context);
  const prepared = await prepare(await connect(), context, values);
  const desired = await desiredFrom(options.values, objects, prepared, context);
  try {
    const code = await changeTo(desired, prepared, { values, context, connect, options, output, warn });
    await desired.edited?.discard();
    return code;
  } catch (error) {
    if (desired.edited !== undefined) warn(keptIn(desired.edited.file));
    throw error;
  }
}

interface Around {
  readonly values: ConfigMapValues;
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly options: ConfigMapOptions;
  readonly output: Output;
  readonly warn: (text: string) => void;
}

async function changeTo(
  desired: Desired,
  prepared: Prepared,
  { values, context, connect, options, output, warn }: Around,
): Promise<number> {
  const { live, ref } = prepared;
  const ignored = (id: string): boolean => options.ignored.has(id) || options.ignored.has("all");
  // Keys that are named one by one are meant, whoever set them; a file may not know what it takes over.
  const force = ignored("H14") || options.values.from !== "file";
  const wanted = changeConfigMap(live, desired.object, ref, installOwner([live]), {
    force,
    unset: desired.unset,
  });
  if (values.diff) {
    const code = await showDiff(live, wanted.merged, context);
    for (const line of effectLines(prepared, wanted)) context.stderr.write(`${line}\n`);
    return code;
  }
  const diff = configDiff(live, wanted.merged);
  refuse(prepared, wanted, await problemsOf(prepared, wanted), force);
  if (wanted.applied.write !== undefined) await checkConfigMapStep(prepared, wanted, options, warn);
  if (force) for (const line of conflictLines(wanted)) warn(`H14: ${line.trim()}`);
  if (output.format === "table" && diff !== "") context.stderr.write(diff);
  for (const line of effectLines(prepared, wanted)) context.stderr.write(`${line}\n`);
  for (const line of oldNodeLines(prepared, wanted)) warn(line);
  return await carryOut(prepared, wanted, diff, { values, context, connect, options });
}

import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { warningsOn } from "../../errors.ts";
import { applyOperation } from "../../operations/apply/operation.ts";
import { planFileOf, targetOf } from "../../operations/plan/file.ts";
import { manifestHash } from "../manifest-hash.ts";
import { outputOf } from "../print-result.ts";
import { listenerFor } from "../report.ts";
import { openSession } from "../session.ts";
import { refusalLines } from "../stop-lines.ts";
import { applyOptions, type ApplyValues } from "./options.ts";
import { readObjects } from "./read.ts";
import { planLines, tellApply } from "./tell.ts";

/** Exit code 0 when everything is as the file says, or what was asked for of it is done. */
export async function runApply(
  values: ApplyValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = applyOptions(values, output, warn);
  // Everything that can be wrong with the files is said before the cluster is asked.
  const objects = await readObjects(values.filename, values.recursive, context.readFile);
  const file = planFileOf(values.filename.join(", "), objects);
  const request = { ...options.request, file, told: options.to, to: targetOf(options.to, file) };
  const connection = await connect();
  const listener = await listenerFor(context, {
    format: output.format,
    dryRun: options.dryRun,
    color: values.connection.color,
  });
  const told = planLines(context);
  const { session, interruptedCode, close } = openSession(
    connection,
    context,
    { ...options, manifest: manifestHash(objects) },
    (event) => {
      listener.emit(event);
      told(event);
    },
    listener.aside,
  );
  try {
    const outcome = await applyOperation(session, request);
    await listener.close();
    switch (outcome.kind) {
      case "declined":
        return 1;
      case "refused":
        for (const line of refusalLines(outcome.refusals)) context.stderr.write(`${line}\n`);
        return 1;
      case "not ready":
        context.stderr.write("nothing was changed; to go on all the same: --ignore-preflight-errors=ID\n");
        return 1;
      case "nothing":
        context.stderr.write(`everything is as in ${file.path}: nothing to do\n`);
        await tellApply(context, options, outcome.result);
        return 0;
      case "ran": {
        const { result } = outcome;
        await tellApply(context, options, result);
        if (result.stop !== undefined) return result.stop.interrupted === true ? (interruptedCode() ?? 1) : 1;
        return interruptedCode() ?? (result.silent.length > 0 ? 1 : 0);
      }
    }
  } finally {
    await listener.close();
    close();
    connection.close();
  }
}

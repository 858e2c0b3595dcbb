import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { warningsOn } from "../../errors.ts";
import { applyOperation } from "../../operations/apply/operation.ts";
import { planFileOf, targetOf } from "../../operations/plan/file.ts";
import { manifestHash } from "../manifest-hash.ts";
import { inSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { refusalLines } from "../stop-lines.ts";
import { applyOptions, type ApplyValues } from "./options.ts";
import { readObjects } from "../read-files.ts";
import { planLines, reportApply } from "./report.ts";

/** Exit code 0 when everything is as the file says, or what was asked for of it is done. */
export async function runApply(
  values: ApplyValues,
  context: AppContext,
  connect: () => Promise<Connection>,
): Promise<number> {
  const warn = warningsOn(context);
  const output = await outputOf({ ...values, noHeaders: false }, context);
  const options = applyOptions(values, output, warn, context.now());
  // Everything that can be wrong with the files is said before the cluster is asked.
  const objects = await readObjects(values.filename, values.recursive, context.readFile);
  const file = planFileOf(values.filename.join(", "), objects);
  const request = { ...options.request, file, stated: options.to, to: targetOf(options.to, file) };
  const connection = await connect();
  return await inSession(
    connection,
    context,
    { ...options, manifest: manifestHash(objects), format: output.format },
    async ({ session, shown, interruptedCode, codeOf }) => {
      const outcome = await applyOperation(session, request);
      await shown();
      switch (outcome.kind) {
        case "declined":
          return 1;
        case "refused":
          for (const line of refusalLines(outcome.refusals)) context.stderr.line(line);
          return 1;
        case "not ready":
          context.stderr.line("nothing was changed; to go on all the same: --ignore-preflight-errors=ID");
          return 1;
        case "nothing":
          context.stderr.line(`everything is as in ${file.path}: nothing to do`);
          await reportApply(context, options, outcome.result);
          return 0;
        case "ran": {
          const { result } = outcome;
          await reportApply(context, options, result);
          if (result.stop === undefined && result.silent.length > 0) return interruptedCode() ?? 1;
          return codeOf(result.stop);
        }
      }
    },
    planLines(context),
  );
}

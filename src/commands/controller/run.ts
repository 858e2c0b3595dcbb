import type { Connection } from "../../cluster/port.ts";
import { workloadFacts } from "../../model/workload.ts";
import type { AppContext } from "../../context.ts";
import { warningsOn } from "../../errors.ts";
import { openController } from "../../operations/controller/open.ts";
import { controllerOperation } from "../../operations/controller/operation.ts";
import { inSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { manifestHash } from "../manifest-hash.ts";
import { readManifest } from "../read-manifest.ts";
import { refusalLines } from "../stop-lines.ts";
import { controllerOptions, type ControllerValues } from "./options.ts";
import { reportController } from "./report.ts";

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
      : { name: options.file, objects: await readManifest(options.file, context.readFile, "controller") };
  const connection = await connect();
  const abort = new AbortController();
  const manifest = file === undefined ? {} : { manifest: manifestHash(file.objects) };
  return await inSession(
    connection,
    context,
    { ...options, ...manifest, format: output.format },
    async ({ session, shown, codeOf }) => {
      try {
        const objects = (file?.objects ?? []).map(({ object }) => object);
        const open = await openController(session, objects, options.request.daemonSet, abort.signal);
        if (file === undefined && !options.restart) {
          const { show } = await import("./show.ts");
          return await show(open, options, context);
        }
        if (options.printMissing && file !== undefined) {
          const [{ missingObjects }, { needsOfController }, { wholeFile }, { printMissing }] =
            await Promise.all([
              import("../../operations/node/missing.ts"),
              import("../../operations/node/release-needs.ts"),
              import("../../operations/controller/whole-file.ts"),
              import("../print-missing.ts"),
            ]);
          const { controller } = wholeFile(open, session, file);
          const ofRelease = needsOfController(open, workloadFacts(controller));
          return printMissing(await missingObjects(connection, controller, file, ofRelease), context);
        }
        const outcome = await controllerOperation(open, session, options.request, file, abort.signal);
        await shown();
        if (outcome.kind === "refused") {
          for (const line of refusalLines(outcome.refusals)) context.stderr.line(line);
          return 1;
        }
        await reportController(open, context, options, outcome.result);
        return codeOf(outcome.result.stop);
      } finally {
        abort.abort();
      }
    },
  );
}

import { bundleRoot } from "../../bundle/place.ts";
import { readBundle, readParts, type Bundle } from "../../bundle/read.ts";
import { userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { forceName } from "../../operations/undo/inverse.ts";
import { undoOperation } from "../../operations/undo/operation.ts";
import { idsOf, seeHelp } from "../arguments.ts";
import { fleetOptions } from "../fleet-options.ts";
import { inSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { sessionOptions } from "../session.ts";
import { findBundle } from "./find-bundle.ts";
import type { UndoOptions } from "./options.ts";
import { reportUndo } from "./report.ts";

export async function runUndo(options: UndoOptions): Promise<number> {
  const { context, bundleDir } = options;
  const output = await outputOf(plainOutput(options.output), context);
  if (options.list) {
    const { printBundles } = await import("./list.ts");
    return await printBundles(output, bundleDir, context);
  }
  const [given, ...more] = options.bundles;
  if (given === undefined || more.length > 0)
    throw userError(`undo takes one BUNDLE; list them with --list`, seeHelp("undo"));
  const own = sessionOptions(options, warningsOn(context));
  const fleet = fleetOptions(options.fleet, "undo", undefined, context.now());
  const { dryRun } = own;
  // With no place for what undo itself changes it refuses before it looks.
  if (dryRun === "none") bundleRoot(bundleDir, context.env);
  const bundle = await readBundle(await findBundle(given, bundleDir, context.env));
  const parts = await readParts(bundle);
  checkForce(options.force, [bundle, ...parts.before, ...parts.after]);
  const connection = await options.connect();
  return await inSession(
    connection,
    context,
    { ...own, format: output.format },
    async ({ session, shown, interruptedCode }) => {
      const outcome = await undoOperation(session, bundle, parts, {
        force: new Set(options.force),
        noRestart: options.noRestart,
        ignored: idsOf(options.ignored),
        ...fleet,
      });
      await shown();
      if (outcome.declined === true) return 1;
      const code = await reportUndo({ main: bundle, outcome, options, output, dryRun });
      return (outcome.interrupted ? interruptedCode() : undefined) ?? code;
    },
  );
}

/** A --force that names nothing of the bundle is a mistake in it. */
function checkForce(force: readonly string[], bundles: readonly Bundle[]): void {
  const entries = bundles.flatMap((each) => each.entries);
  const names = new Set(entries.flatMap((entry) => [forceName(entry), entry.namespace ?? entry.name]));
  for (const each of force) {
    if (!names.has(each))
      throw userError(
        `--force=${each}: the bundle holds no such object; it is KIND/NAMESPACE/NAME or a NAMESPACE`,
        seeHelp("undo"),
      );
  }
}

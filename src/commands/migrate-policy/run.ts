import { explain, isBug, isInterrupted, userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { hasDifferences, policyWhatIf } from "../../render/what-if/build.ts";
import { printableWhatIf } from "../../render/what-if/print.ts";
import { outputOf, resultText } from "../print-result.ts";
import { look, type Looked } from "../../operations/migrate-policy/look.ts";
import { checked, usage, type MigratePolicyOptions } from "./options.ts";

/** Carries the migration out. With --what-if it only shows, as kubectl diff: 0 the same, 1 different, 2 not told. */
export async function runMigratePolicy(options: MigratePolicyOptions): Promise<number> {
  if (!options.whatIf) {
    if (options.facts !== undefined || options.saveFacts !== undefined)
      throw userError("--facts and --save-facts go with --what-if", usage);
    const { migrate } = await import("./migrate.ts");
    return await migrate(options, checked(options));
  }
  try {
    return await show(options);
  } catch (error) {
    // 1 would mean that flows change.
    if (isBug(error) || isInterrupted(error)) throw error;
    options.context.stderr.write(`${explain(error)}\n`);
    return 2;
  }
}

/** The cluster, or with --facts what somebody saw of one. */
async function lookAtAny(options: MigratePolicyOptions): Promise<Pick<Looked, "result" | "setting">> {
  const given = checked(options);
  if (options.facts === undefined && options.saveFacts === undefined)
    return await look(await options.connect(), options.context, { ...given, keepRaw: false });
  const { lookAtFacts } = await import("../../operations/migrate-policy/look-at-facts.ts");
  return await lookAtFacts(given, options);
}

async function show(options: MigratePolicyOptions): Promise<number> {
  const { context } = options;
  if (options.finish) throw userError("--what-if and --finish do not go together", usage);
  // A page for a browser: no format of kubectl's.
  const output = options.output === "html" ? undefined : await outputOf(plainOutput(options.output), context);
  // Flows have no names.
  if (output?.format === "name")
    throw userError("-o name has nothing to name here; use table, wide, json, yaml or html");
  const { result, setting } = await lookAtAny(options);
  const report = policyWhatIf(result, setting);
  context.stdout.write(
    output === undefined
      ? (await import("../../render/what-if/html/page.ts")).whatIfPage(report, result, setting.only)
      : await resultText(output, printableWhatIf(report)),
  );
  return hasDifferences(report) ? 1 : 0;
}

import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isBug, isInterrupted, userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { parseVersion } from "../../releases/version.ts";
import { hasDifferences, policyWhatIf } from "../../render/what-if/build.ts";
import { printableWhatIf } from "../../render/what-if/print.ts";
import { seeHelp } from "../arguments.ts";
import type { FactsFlags } from "../facts/source.ts";
import { outputOf, resultText } from "../print-result.ts";
import { readDecisions, type GivenDecisions } from "./decisions.ts";
import { look, type Looked } from "./look.ts";
import type { WriteFlags } from "./options.ts";

export interface MigratePolicyOptions extends GivenDecisions, WriteFlags, FactsFlags {
  readonly whatIf: boolean;
  readonly finish: boolean;
  readonly to: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

const usage = seeHelp("migrate-policy");

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

export type Checked = ReturnType<typeof checked>;

/** Everything that can be wrong with the command line, before anything is read. */
function checked(options: MigratePolicyOptions) {
  const { to, extra } = options;
  if (extra.length > 0) throw userError(`unexpected arguments: [${extra.join(" ")}]`, usage);
  const wanted = to === undefined ? undefined : parseVersion(to);
  if (to !== undefined && wanted === undefined)
    throw userError(`--to is a release as v2.6.12, not "${to}"`, usage);
  return { given: readDecisions(options, usage), to: wanted?.text };
}

/** The cluster, or with --facts what somebody saw of one. */
async function lookAtAny(options: MigratePolicyOptions): Promise<Pick<Looked, "result" | "setting">> {
  const given = checked(options);
  if (options.facts === undefined && options.saveFacts === undefined)
    return await look(await options.connect(), options.context, { ...given, keepRaw: false });
  const { lookAtFacts } = await import("./look-at-facts.ts");
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

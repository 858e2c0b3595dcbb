import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { factsSource } from "../../operations/facts/source.ts";
import { look, type PolicySnapshot } from "../../operations/migrate-policy/look.ts";
import { hasDifferences, policyWhatIf } from "../../render/what-if/build.ts";
import { printableWhatIf } from "../../render/what-if/print.ts";
import { outputOf, printResult } from "../print-result.ts";
import { checked, usage, type MigratePolicyValues } from "./options.ts";

/** --what-if: 0 where no flow changes, 1 where some do. */
export async function show(values: MigratePolicyValues): Promise<number> {
  const { context } = values;
  if (values.finish) throw userError("--what-if and --finish do not go together", usage);
  // A page for a browser: no format of kubectl's.
  const output = values.output === "html" ? undefined : await outputOf(plainOutput(values.output), context);
  // Flows have no names.
  if (output?.format === "name")
    throw userError("-o name has nothing to name here; use table, wide, json, yaml or html");
  const { result, setting } = await lookAtAny(values);
  const report = policyWhatIf(result, setting);
  if (output === undefined) {
    const { whatIfPage } = await import("../../render/what-if/html/page.ts");
    context.stdout.text(whatIfPage(report, result, setting.only));
  } else await printResult(context.stdout, output, printableWhatIf(report));
  return hasDifferences(report) ? 1 : 0;
}

/** The cluster, or with --facts what somebody saw of one. */
async function lookAtAny(values: MigratePolicyValues): Promise<Pick<PolicySnapshot, "result" | "setting">> {
  const given = checked(values);
  const { context } = values;
  if (values.facts === undefined && values.saveFacts === undefined)
    return await look(await values.connect(), context.now(), { ...given, keepRaw: false });
  const source = await factsSource(values, context, values.connect);
  const { connection } = source;
  const only = connection?.namespaceGiven === true ? connection.namespace : values.connection.namespace;
  const { lookAtFacts } = await import("../../operations/migrate-policy/look-at-facts.ts");
  return await lookAtFacts(source, { ...given, ...(only === undefined || only === "" ? {} : { only }) });
}

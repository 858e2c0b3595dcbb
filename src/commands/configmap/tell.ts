import type { AppContext } from "../../context.ts";
import { nextCommand, savedLine, type SavedBy } from "../../flags/next-command.ts";
import { configResultObject, type ConfigMapRunResult } from "../../render/config-result.ts";
import type { Output } from "../../render/output.ts";
import { resultText } from "../print-result.ts";

/** The result where another format than lines is asked for. */
export async function printResult(
  context: Pick<AppContext, "stdout">,
  output: Output,
  result: ConfigMapRunResult,
): Promise<void> {
  if (output.format === "table") return;
  const text = await resultText(output, {
    table: () => "",
    object: () => configResultObject(result),
    rows: () => [configResultObject(result)],
    names: () => (result.outcome === "configured" ? [`configmap/${result.configMap.name}`] : []),
  });
  context.stdout.write(text);
}

/** On standard error: what was left, where what was there is saved, and how to go on. */
export function tellNext(
  { stderr }: Pick<AppContext, "stderr">,
  { readers, noRestart, bundle, dryRun, succeeded }: ConfigMapRunResult,
  again: string,
  values: SavedBy,
): void {
  // Readers are those of the change, or of an earlier one that some of them have not taken in.
  if (noRestart && readers.length > 0 && dryRun === "none")
    stderr.write(
      `not restarted: ${readers.map(({ kind, name }) => `${kind} ${name}`).join(", ")}; their pods run with older values until they are: ${nextCommand(values.connection, "status")}, then ${again}\n`,
    );
  if (bundle !== undefined) stderr.write(`${savedLine([bundle], values)}\n`);
  if (!succeeded) stderr.write(`to go on: ${again}\n`);
}

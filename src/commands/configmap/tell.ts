import type { AppContext } from "../../context.ts";
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

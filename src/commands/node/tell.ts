import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import type { JsonObject } from "../../model/kube.ts";
import { closingLines, nodeResultObject, type NodeRunResult } from "../../render/node-result.ts";
import { printed } from "../../render/output.ts";
import { lastLogLines } from "./crash-log.ts";
import type { NodeOptions } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** The result in the format asked for, and on standard error why it stopped and what is next. */
export async function tell(
  prepared: Prepared,
  context: AppContext,
  options: NodeOptions,
  result: NodeRunResult,
): Promise<void> {
  const { stop } = result;
  let unprinted: string | undefined;
  const { output } = options;
  if (output.format !== "table" && output.format !== "wide") {
    const text = await printed(output, {
      table: () => "",
      object: () => nodeResultObject(result),
      rows: () => nodeResultObject(result)["nodes"] as readonly JsonObject[],
      names: () =>
        options.nodes
          .filter((name) => result.seen.nodes[name]?.outcome?.result === "restarted")
          .map((name) => `node/${name}`),
    });
    // What was done is told all the same.
    if (text.ok) context.stdout.write(text.value);
    else unprinted = text.message;
  }
  const lines: string[] = [];
  if (stop !== undefined) {
    const id = stop.id === undefined ? "" : `${stop.id}: `;
    lines.push(`error: ${id}${stop.message}`);
    if (stop.pod !== undefined)
      lines.push(...(await lastLogLines(prepared.connection, stop.pod, result.world)));
    if (stop.hint !== undefined) lines.push(`${stop.interrupted === true ? "to go on: " : ""}${stop.hint}`);
  }
  lines.push(...closingLines(result));
  for (const line of lines) context.stderr.write(`${line}\n`);
  if (unprinted !== undefined) throw userError(unprinted);
}

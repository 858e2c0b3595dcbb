import type { AppContext } from "../../context.ts";
import { savedLine } from "../../flags/next-command.ts";
import type { JsonObject } from "../../model/kube.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import { closingLines, nodeResultObject } from "../../render/node-result.ts";
import { reportResult } from "../report-result.ts";
import { stopLines } from "../stop-lines.ts";
import type { NodeOptions } from "./options.ts";

/** The result in the format asked for, and on standard error why it stopped and what is next. */
export async function reportNodes(
  context: Pick<AppContext, "stdout" | "stderr">,
  options: NodeOptions,
  result: NodeRunResult,
): Promise<void> {
  const { stop, bundle } = result;
  const undo = bundle === undefined ? undefined : savedLine([bundle], options);
  const lines = [...(stop === undefined ? [] : stopLines(stop, result.log)), ...closingLines(result, undo)];
  await reportResult(
    context,
    options.output,
    {
      object: () => nodeResultObject(result),
      rows: () => nodeResultObject(result)["nodes"] as readonly JsonObject[],
      names: () =>
        result.goal.nodes
          .filter((name) => result.seen.nodes[name]?.outcome?.result === "restarted")
          .map((name) => `node/${name}`),
    },
    lines,
  );
}

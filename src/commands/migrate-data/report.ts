import type { AppContext } from "../../context.ts";
import { movedKinds } from "../../data/kinds.ts";
import { savedLine, type SavedBy } from "../../flags/next-command.ts";
import type { DataMigrationOutcome } from "../../operations/migrate-data/outcome.ts";
import type { PreparedDataMigration } from "../../operations/migrate-data/prepare.ts";
import { printableData } from "../../render/data/print.ts";
import type { Output } from "../../render/output.ts";
import { printResult } from "../print-result.ts";
import { stopLines } from "../stop-lines.ts";
import { sh } from "../../model/shell.ts";

export interface DataMigrationReport {
  readonly context: Pick<AppContext, "stdout" | "stderr">;
  readonly output: Output;
  /** For the commands that are named. */
  readonly by: SavedBy;
  readonly prepared: PreparedDataMigration;
  readonly outcome: DataMigrationOutcome;
}

/** The result in the format that was asked for; on standard error where it was saved, what is left, why it stopped. */
export async function reportDataMigration({
  context,
  output,
  by,
  prepared,
  outcome,
}: DataMigrationReport): Promise<void> {
  const { stdout, stderr } = context;
  const { result, ended, bundle } = outcome;
  await printResult(stdout, output, printableData(result));
  const { work, snapshot } = prepared;
  const definitions = snapshot.discovery.find("thirdpartyresources", ["extensions"]);
  const left =
    work.kind === "finish" && definitions !== undefined && result.state === "finished"
      ? [
          `their definitions are left: ${sh`kubectl delete thirdpartyresource ${movedKinds.map(({ old }) => old.definition)}`}`,
        ]
      : [];
  const lines = [
    ...(bundle === undefined ? [] : [savedLine([bundle], by)]),
    ...left,
    ...(ended.kind === "stopped" ? stopLines(ended.reason) : []),
  ];
  for (const line of lines) stderr.line(line);
}

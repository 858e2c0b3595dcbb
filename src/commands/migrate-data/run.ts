import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { performDataMigration } from "../../operations/migrate-data/perform.ts";
import { prepareDataMigration } from "../../operations/migrate-data/prepare.ts";
import { agree } from "../../perform/agree.ts";
import { inSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import { seeHelp } from "../arguments.ts";
import { sessionOptions } from "../session.ts";
import { reportDataMigration } from "./report.ts";

export interface MigrateDataValues {
  readonly finish: boolean;
  readonly dryRun: string;
  readonly yes: boolean;
  readonly bundleDir: string | undefined;
  readonly output: string;
  readonly connection: ConnectionValues;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** 0: both sides are equal, or there is nothing to bring over; 1: it stopped, and says where. */
export async function runMigrateData(values: MigrateDataValues): Promise<number> {
  const { context, finish } = values;
  const output = await outputOf(plainOutput(values.output), context);
  if (values.extra.length > 0)
    throw userError(`unexpected arguments: [${values.extra.join(" ")}]`, seeHelp("migrate-data"));
  const own = sessionOptions(values, warningsOn(context));
  const { dryRun } = own;
  const connection = await values.connect();
  return await inSession(
    connection,
    context,
    { ...own, format: output.format },
    async ({ session, shown, codeOf }) => {
      const prepared = await agree(() => prepareDataMigration(session, { finish }), {
        ask: async (question) => dryRun !== "none" || (await session.ask(question)),
        show({ warnings }, again) {
          if (again) context.stderr.line("Objects of Calico changed while the question was open");
          for (const text of warnings) context.stderr.line(`Warning: ${text}`);
        },
        waited: () => dryRun === "none" && session.asks,
      });
      if (prepared === undefined) return 1;
      const outcome = await performDataMigration(session, prepared);
      await shown();
      await reportDataMigration({ context, output, by: values, prepared, outcome });
      return codeOf(outcome.ended.kind === "done" ? undefined : outcome.ended.reason);
    },
  );
}

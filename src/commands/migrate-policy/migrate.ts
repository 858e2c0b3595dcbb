import { warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { performPolicyMigration } from "../../operations/migrate-policy/perform.ts";
import {
  preparePolicyMigration,
  type PreparedPolicyMigration,
} from "../../operations/migrate-policy/prepare.ts";
import { agree } from "../../perform/agree.ts";
import { wrappedBlocks } from "../../render/text-table.ts";
import { inSession } from "../in-session.ts";
import { outputOf } from "../print-result.ts";
import type { PolicyArguments, MigratePolicyValues } from "./options.ts";
import { sessionOptions } from "../session.ts";
import { reportPolicyMigration } from "./report.ts";

/** Carries the migration out, or what is left to do once it is behind (--finish). */
export async function migrate(values: MigratePolicyValues, given: PolicyArguments): Promise<number> {
  const { context, accept, finish } = values;
  const output = await outputOf(plainOutput(values.output), context);
  const own = sessionOptions(values, warningsOn(context));
  const { dryRun } = own;
  const connection = await values.connect();
  const request = { ...given, accept, finish };
  return await inSession(
    connection,
    context,
    { ...own, format: output.format },
    async ({ session, shown, codeOf }) => {
      const prepared = await agree(() => preparePolicyMigration(session, request), {
        ask: async (question) => dryRun !== "none" || (await session.ask(question)),
        show: (seen, again) => showPlan(seen, again, context),
        waited: () => dryRun === "none" && session.asks,
      });
      if (prepared === undefined) return 1;
      const outcome = await performPolicyMigration(session, prepared);
      await shown();
      await reportPolicyMigration({
        context,
        output,
        by: values,
        session,
        snapshot: prepared.snapshot,
        outcome,
      });
      return codeOf(outcome.ended.kind === "done" ? undefined : outcome.ended.reason);
    },
  );
}

function showPlan(
  { warnings, plan }: PreparedPolicyMigration,
  again: boolean,
  { stderr }: MigratePolicyValues["context"],
): void {
  if (again) stderr.line("Namespaces or policies changed while the question was open; the plan is now:");
  for (const text of warnings) stderr.line(`Warning: ${text}`);
  stderr.text(wrappedBlocks(plan, stderr.columns));
}

import { explainLines, isBug, isInterrupted, userError } from "../../errors.ts";
import { checked, usage, type MigratePolicyValues } from "./options.ts";

/** Carries the migration out. With --what-if it only shows, as kubectl diff: 0 the same, 1 different, 2 not known. */
export async function runMigratePolicy(values: MigratePolicyValues): Promise<number> {
  if (!values.whatIf) {
    if (values.facts !== undefined || values.saveFacts !== undefined)
      throw userError("--facts and --save-facts go with --what-if", usage);
    const { migrate } = await import("./migrate.ts");
    return await migrate(values, checked(values));
  }
  try {
    const { show } = await import("./show.ts");
    return await show(values);
  } catch (error) {
    // 1 would mean that flows change.
    if (isBug(error) || isInterrupted(error)) throw error;
    for (const line of explainLines(error)) values.context.stderr.line(line);
    return 2;
  }
}

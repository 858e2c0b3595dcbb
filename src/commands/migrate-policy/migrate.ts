import { bundleRoot } from "../../bundle/place.ts";
import { userError, warningsOn } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { readDryRun, dryRunSuffix } from "../../flags/dry-run.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import { mutationLine } from "../../render/policy-migration/print.ts";
import { confirm } from "../confirm.ts";
import { outputOf } from "../print-result.ts";
import { performMigration } from "../../operations/migrate-policy/perform.ts";
import {
  checkPrepared,
  openMigrationBundle,
  planOf,
  prepareMigration,
} from "../../operations/migrate-policy/prepare.ts";
import type { Checked, MigratePolicyOptions } from "./options.ts";
import { tell } from "./tell.ts";

/** Carries the migration out, or what is left to do once it is behind (--finish). */
export async function migrate(options: MigratePolicyOptions, { given, to }: Checked): Promise<number> {
  const { context } = options;
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (!warned.has(text)) warningsOn(context)(text);
    warned.add(text);
  };
  const output = await outputOf(plainOutput(options.output), context);
  const dry = readDryRun(options.dryRun);
  if (!dry.ok) throw userError(dry.message);
  if (dry.warning !== undefined) warn(dry.warning);
  const { dryRun } = dry;
  const connection = await options.connect();
  const asked = { given, to, accept: options.accept, finish: options.finish };
  const prepared = await prepareMigration(connection, context, asked, warn);
  const { looked, steps } = prepared;
  const base = { context, output, dryRun, by: options };
  if (steps.length === 0) return await tell({ ...base, looked, since: [], held: new Set(), changes: [] });
  const root = dryRun === "none" ? bundleRoot(options.bundleDir, context.env) : undefined;
  await checkPrepared(prepared, asked, warn);
  context.stderr.write(planOf(prepared, asked));
  if (root !== undefined && !(await confirm(context, options.yes, questionOf(steps)))) return 1;
  const bundle = root === undefined ? undefined : await openMigrationBundle(prepared, root, context);
  const lines = output.format === "table" || output.format === "wide";
  const { exitCode, ...performed } = await performMigration(prepared, {
    context,
    dryRun,
    bundle,
    done(change) {
      if (lines) context.stdout.write(`${mutationLine(change, dryRunSuffix(dryRun))}\n`);
    },
  });
  const saved = bundle === undefined || performed.changes.length === 0 ? {} : { bundle: bundle.directory };
  const code = await tell({ ...base, ...performed, ...saved });
  return performed.stopped?.interrupted === true ? exitCode : code;
}

function questionOf(steps: readonly MigrationStep[]): string {
  const count = (kind: MigrationStep["kind"], words: string): string => {
    const number = steps.filter((step) => step.kind === kind).length;
    return number === 0 ? "" : `${words} ${String(number)}`;
  };
  const parts = [
    count("create", "create"),
    count("delete", "delete"),
    count("clean", "remove annotations from"),
  ].filter((part) => part !== "");
  const records = steps.filter(({ kind }) => kind === "treat-as" || kind === "keep").length;
  const all = records === 0 ? parts : [...parts, `record ${String(records)} of your decisions`];
  const text = all.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}? Everything is saved first.`;
}

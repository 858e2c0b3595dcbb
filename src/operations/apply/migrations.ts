import { bundleRoot } from "../../bundle/place.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { interrupted, isUserError, userError } from "../../errors.ts";
import { dryRunSuffix } from "../../flags/dry-run.ts";
import { nextCommand } from "../../flags/next-command.ts";
import type { PlanStep } from "../../plan/upgrade/plan.ts";
import type { ObjectResult } from "../../render/apply-result.ts";
import { mutationLine } from "../../render/policy-migration/print.ts";
import {
  bring,
  compared,
  equalText,
  notEqual,
  openDataBundle,
  questionOf,
  readBack,
  refuseLocked,
  stopping,
  warnElsewhere,
  whatToBring,
  writeUnder,
  type Sides,
} from "../migrate-data/bring-over.ts";
import { lookAround } from "../migrate-data/look.ts";
import { oldPlaces } from "../migrate-data/read.ts";
import { dataLine, type DataChange } from "../migrate-data/write.ts";
import { performMigration } from "../migrate-policy/perform.ts";
import { checkPrepared, openMigrationBundle, planOf, prepareMigration } from "../migrate-policy/prepare.ts";
import { migrationResult } from "../../commands/migrate-policy/tell.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";

/** A migration that comes before everything that the file holds; looked at and checked, not yet begun. */
export interface Migration {
  /** Rules of preflight that fail until it is done. */
  readonly rules: readonly string[];
  /** What is about to happen, for before the question. */
  readonly plan: string;
  /** Answers what it came to. Throws where it does not come to its end; it goes on by itself when apply is run again. */
  perform(telling: Telling): Promise<string>;
}

export interface Telling {
  /** Name of apply's own run, which the migration's bundle is marked with; none in a dry run. */
  readonly run: string | undefined;
  /** After each write, with the line that says it. */
  readonly wrote: (result: ObjectResult, line: string) => void;
  /** With each write: the directory where what was there is saved. */
  readonly saved: (bundle: string) => void;
}

/**
 * Looks at what the migrations of a hop would do, and checks all that forbids their first write. Throws UserError
 * where somebody has to decide something first: for that, each has a command of its own.
 */
export async function prepareMigrations(
  steps: readonly PlanStep[],
  asked: {
    readonly connection: Connection;
    readonly context: AppContext;
    /** Release of the file. */
    readonly to: string;
    readonly options: ApplyOptions;
    readonly warn: (text: string) => void;
  },
): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const { id, command = "", rules } of steps) {
    try {
      // Every namespace, whichever one -n names for the file's objects.
      const connection = { ...asked.connection, namespaceGiven: false };
      const prepare = id === "policy" ? policies : data;
      const found = await prepare({ ...asked, connection });
      migrations.push(...found.map((each) => ({ ...each, rules })));
    } catch (error) {
      if (!isUserError(error)) throw error;
      const how =
        id === "policy"
          ? `--keep, --treat-as and --accept of ${nextCommand(asked.options.connection, ...command.split(" "))} decide it`
          : "mend that first";
      throw userError(`${rules.join(",")}: before this file: ${error.message}; ${how}, then run apply again`);
    }
  }
  return migrations;
}

type Asked = Parameters<typeof prepareMigrations>[1];

type Found = Omit<Migration, "rules">;

async function policies({ connection, context, to, options, warn }: Asked): Promise<readonly Found[]> {
  const asked = {
    given: { keep: new Set<string>(), treatAs: new Map<string, "isolated" | "open">() },
    to,
    accept: false,
    finish: false,
  };
  const prepared = await prepareMigration(connection, context, asked, warn);
  if (prepared.steps.length === 0) return [];
  await checkPrepared(prepared, asked, warn);
  const { dryRun } = options;
  return [
    {
      plan: planOf(prepared, asked),
      async perform({ run, wrote, saved }) {
        const bundle =
          dryRun === "none"
            ? await openMigrationBundle(prepared, bundleRoot(options.bundleDir, context.env), context, run)
            : undefined;
        const performed = await performMigration(prepared, {
          context,
          dryRun,
          bundle,
          done(change) {
            if (bundle !== undefined) saved(bundle.directory);
            const { namespace, action } = change;
            const name = `${change.resource}/${change.name}`;
            wrote(
              { step: "migrate", name, outcome: action, ...(namespace === undefined ? {} : { namespace }) },
              mutationLine(change, dryRunSuffix(dryRun)),
            );
          },
        });
        const { stopped, left } = migrationResult({ ...performed, dryRun });
        if (stopped?.interrupted === true)
          throw interrupted(performed.exitCode, "interrupted; the same command goes on");
        if (stopped !== undefined) throw userError(stopped.message);
        const open = [...left.create, ...left.delete, ...left.held].length + left.undecided.length;
        if (open > 0 && dryRun === "none")
          throw userError(
            `policies are not migrated everywhere (${String(open)} left): ${nextCommand(options.connection, "migrate-policy")} says where`,
          );
        return "every namespace means the same before and after the upgrade";
      },
    },
  ];
}

async function data({ connection, context, options, warn }: Asked): Promise<readonly Found[]> {
  const looked = await lookAround(connection, context.now());
  refuseLocked(looked);
  const sides: Sides = { connection, looked, places: oldPlaces(looked.discovery) };
  const steps = await compared(sides);
  warnElsewhere(steps, warn);
  const stopped = stopping(steps);
  if (stopped !== undefined) throw stopped;
  const bringing = await whatToBring(sides, steps);
  if (bringing === undefined) return [];
  const { dryRun } = options;
  return [
    {
      plan: `${questionOf(bringing).replace(/\?$/, "")}, from ThirdPartyResources, which stay as they are\n`,
      async perform({ run, wrote, saved }) {
        const bundle =
          dryRun === "none" ? await openDataBundle(sides, context, options.bundleDir, run) : undefined;
        const told = (change: DataChange): void => {
          if (bundle !== undefined) saved(bundle.directory);
          wrote({ step: "migrate", ...change }, dataLine(change, dryRun));
        };
        await writeUnder(sides, context, { dryRun, bundle, wrote: told }, (writing) =>
          bring(bringing, writing),
        );
        if (dryRun !== "none") return "Calico's data would be brought over";
        const { after, left } = await readBack(sides);
        if (left.length > 0) throw notEqual(left);
        return equalText(after);
      },
    },
  ];
}

import { isUserError, userError } from "../../errors.ts";
import type { PlanStep } from "../../plan/upgrade/plan.ts";
import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { ObjectResult } from "../../render/apply-result.ts";
import type { Session } from "../session.ts";

/** A migration that comes before everything that the file holds; looked at and checked, not yet begun. */
export interface Migration {
  /** Rules of preflight that fail until it is done. */
  readonly rules: readonly string[];
  /** What is about to happen, for before the question. */
  readonly plan: string;
  /** `run`: name of apply's own bundle, which the migration's is marked with; none in a dry run. */
  readonly perform: (session: Session, run: string | undefined) => Promise<Migrated>;
}

export interface Migrated {
  readonly ended: Ended<PartResult>;
  readonly objects: readonly ObjectResult[];
  /** The directory where what was there is saved. */
  readonly bundle?: string;
}

/**
 * Looks at what the migrations of a hop would do, and checks all that forbids their first write. Throws UserError
 * where somebody has to decide something first: for that, each has a command of its own.
 */
export async function prepareMigrations(
  session: Session,
  steps: readonly PlanStep[],
  /** Release of the file. */
  to: string,
): Promise<readonly Migration[]> {
  const migrations: Migration[] = [];
  for (const { id, command = "", rules } of steps) {
    try {
      // Every namespace, whichever one -n names for the file's objects.
      const own = { ...session, connection: { ...session.connection, namespaceGiven: false } };
      const found = await prepare(id, own, to);
      if (found !== undefined) migrations.push({ ...found, rules });
    } catch (error) {
      if (!isUserError(error)) throw error;
      throw userError(
        `${rules.join(",")}: before this file: ${error.message}; ${session.commands.other(...command.split(" "))} has the flags to decide it, then run apply again`,
      );
    }
  }
  return migrations;
}

async function prepare(
  id: PlanStep["id"],
  session: Session,
  to: string,
): Promise<Omit<Migration, "rules"> | undefined> {
  const { dataMigration, policyMigration } = await import("./migrations-now.ts");
  return id === "policy" ? await policyMigration(session, to) : await dataMigration(session);
}

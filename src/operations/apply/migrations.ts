import { isUserError, ruleError, userError } from "../../errors.ts";
import type { TextBlock } from "../../model/text-block.ts";
import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { PlanStep } from "../../plan/upgrade/plan.ts";
import type { ObjectResult } from "../../render/apply-result.ts";
import { warn, type Session } from "../session.ts";

/** A migration that comes before everything that the file holds; looked at and proven, not yet begun. */
export interface Migration {
  /** Rules of preflight that fail until it is done. */
  readonly rules: readonly string[];
  /** What is about to happen, for before the question. */
  readonly plan: readonly TextBlock[];
  /** Equal for two looks that show the same. */
  readonly basis: string;
  /** `run`: name of apply's own bundle, which the migration's is marked with; none in a dry run. */
  readonly perform: (session: Session, run: string | undefined) => Promise<MigrationResult>;
}

export interface MigrationResult {
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
      const own = everywhere(session);
      const found = id === "policy" ? await policies(own, to) : await data(own);
      if (found !== undefined) migrations.push({ ...found, rules });
    } catch (error) {
      if (!isUserError(error)) throw error;
      const how =
        error.undecided === true
          ? `--keep, --treat-as and --accept of ${session.commands.other(...command.split(" "))} decide it`
          : "mend that first";
      throw ruleError(rules, `before this file: ${error.message}; ${how}, then run apply again`);
    }
  }
  return migrations;
}

type FoundMigration = Omit<Migration, "rules">;

async function policies(session: Session, to: string): Promise<FoundMigration | undefined> {
  const [{ preparePolicyMigration }, { undecidedRequest }] = await Promise.all([
    import("../migrate-policy/prepare.ts"),
    import("../migrate-policy/request.ts"),
  ]);
  const prepared = await preparePolicyMigration(session, undecidedRequest(to));
  if (prepared.question === undefined) return undefined;
  for (const text of prepared.warnings) warn(session, text);
  return {
    plan: prepared.plan,
    basis: prepared.basis,
    async perform(own, run) {
      const { performPolicyMigration } = await import("../migrate-policy/perform.ts");
      const { ended, changes, bundle } = await performPolicyMigration(everywhere(own), prepared, partOf(run));
      const objects = changes.map(({ resource, name, namespace, action }): ObjectResult => ({
        step: "migrate",
        name: `${resource}/${name}`,
        outcome: action,
        ...(namespace === undefined ? {} : { namespace }),
      }));
      return { ended, objects, ...(bundle === undefined ? {} : { bundle }) };
    },
  };
}

async function data(session: Session): Promise<FoundMigration | undefined> {
  const { prepareDataMigration } = await import("../migrate-data/prepare.ts");
  const prepared = await prepareDataMigration(session, { finish: false });
  for (const text of prepared.warnings) warn(session, text);
  if (prepared.stopped !== undefined) throw userError(`${prepared.stopped}; nothing was written`);
  if (prepared.question === undefined) return undefined;
  return {
    plan: [{ label: "", text: prepared.plan.trimEnd(), hanging: 2 }],
    basis: prepared.basis,
    async perform(own, run) {
      const { performDataMigration } = await import("../migrate-data/perform.ts");
      const { ended, changes, bundle } = await performDataMigration(everywhere(own), prepared, partOf(run));
      const objects = changes.map(({ name, outcome }): ObjectResult => ({ step: "migrate", name, outcome }));
      return { ended, objects, ...(bundle === undefined ? {} : { bundle }) };
    },
  };
}

function everywhere(session: Session): Session {
  return { ...session, connection: { ...session.connection, namespaceGiven: false } };
}

function partOf(run: string | undefined): { readonly partOf?: { readonly run: string } } {
  return run === undefined ? {} : { partOf: { run } };
}

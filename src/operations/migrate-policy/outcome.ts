import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { MigrationChange, PolicyMigration } from "../../render/policy-migration/kind.ts";

/** What came of a migration of policies. */
export interface PolicyMigrationOutcome {
  /** As a part of a run; a stop names what continues it. */
  readonly ended: Ended<PartResult>;
  /** What was written, or would be, and what is left in the whole cluster. */
  readonly result: PolicyMigration;
  /** In the order in which they were done; the result has them, too. */
  readonly changes: readonly MigrationChange[];
  /** Directory of its bundle; absent where nothing was saved. */
  readonly bundle?: string;
}

import type { Decisions } from "../../policy/migration.ts";

/** What is asked of a migration of policies. */
export interface PolicyMigrationRequest {
  readonly given: Decisions;
  /** A version that parses; undefined: the first one with v1 semantics. */
  readonly to: string | undefined;
  /** Flows may change by what was decided, or by what the target begins to enforce. */
  readonly accept: boolean;
  /** What is left to do once it is behind. */
  readonly finish: boolean;
}

/** As apply wants it: whatever needs a decision stops it. */
export function undecidedRequest(to: string): PolicyMigrationRequest {
  return { given: { keep: new Set(), treatAs: new Map() }, to, accept: false, finish: false };
}

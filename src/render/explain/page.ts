import type { RuleId } from "../../preflight/rules/ids.ts";

/** What is known of one id. */
export interface ExplainPage {
  readonly id: RuleId;
  readonly title: string;
  readonly why: string;
  readonly detected: string;
  readonly fix: string;
  /** To paste, with names in capitals for what is not known. */
  readonly commands?: readonly string[];
  /** Which releases it is about. */
  readonly releases?: string;
  readonly sources: readonly string[];
}

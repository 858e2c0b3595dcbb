/** What a rule is about, in words: `explain ID` and docs/checks.md print it. */
export interface RulePage {
  /** What holds where the rule passes: a phrase without a full stop. */
  readonly title: string;
  /** Why it matters, one or two sentences. */
  readonly why: string;
  /** What is looked at. */
  readonly detected: string;
  /** What to do, for somebody who only reads; a finding says it for the cluster that was read. */
  readonly fix: string;
  /** To paste, with names in capitals for what is not known. */
  readonly commands?: readonly string[];
  /** Links, or documents by name. */
  readonly sources: readonly string[];
  /** Which releases it is about; undefined: any. */
  readonly releases?: string;
  /** How to continue in spite of it; undefined: --ignore-preflight-errors=ID; false: there is no way past it. */
  readonly override?: string | false;
}

import type { PhaseName } from "./decision.ts";

/** The words for a procedure's steps: reporters decide only where and when they are said. */
export interface StepWords<Memory, Step> {
  readonly phase: (step: Step) => { readonly phase: PhaseName; readonly node?: string } | undefined;
  readonly title: (phase: PhaseName) => string;
  /** kubectl's mutation line, dry-run suffix included. */
  readonly line: (step: Step) => string | undefined;
  /** What the user should know before the step. */
  readonly notice: (step: Step) => string | undefined;
  /** What a node came to, in one line. */
  readonly nodeLine: (node: string, memory: Memory) => string | undefined;
}

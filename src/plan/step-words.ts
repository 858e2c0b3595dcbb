import type { PhaseName } from "./decision.ts";
import type { WriteKind } from "./planned-writes.ts";

/** The words for a procedure's steps: reporters decide only where and when they are said. */
export interface StepWords<Memory, Step> {
  readonly phase: (step: Step) => { readonly phase: PhaseName; readonly node?: string } | undefined;
  readonly title: (phase: PhaseName) => string;
  /** kubectl's mutation lines, dry-run suffix included: one for each object that it is about. */
  readonly lines: (step: Step) => readonly string[];
  /** What the user should know before the step. */
  readonly notice: (step: Step) => string | undefined;
  /** What a node came to, in one line. */
  readonly nodeLine: (node: string, memory: Memory) => string | undefined;
}

/** The words for a procedure whose steps are writes, many of them side by side. */
export interface WriteWords<Memory, Step> extends StepWords<Memory, Step> {
  /** Those of a step that are reported. */
  readonly puts: (step: Step) => readonly Put[];
  readonly kindTitle: (kind: WriteKind) => string;
  /** How far the writes of one kind are: `1,204 of 4,100 policies`. */
  readonly counted: (kind: WriteKind | undefined, done: number, all: number) => string;
}

export interface Put {
  /** The same for every try. */
  readonly key: string;
  /** What is written. */
  readonly name: string;
  /** kubectl's mutation line. */
  readonly line: string;
  readonly kind?: WriteKind;
}

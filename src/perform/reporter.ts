import type { PhaseName } from "../plan/decision.ts";
import type { RunEvent } from "./run.ts";

/** Somebody who tells the user what happens. */
export interface Reporter<Memory, Step> {
  event(event: RunEvent<Memory, Step>): void;
  /** Everything is said; the terminal is the caller's again. */
  close(): Promise<void>;
}

/** The words for steps, from the pure side: reporters decide only where and when they are said. */
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

/** Where mutation lines go: they are results, as kubectl's are. */
export type Lines = (line: string) => void;

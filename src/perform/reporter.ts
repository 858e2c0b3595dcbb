import type { RunEvent } from "../plan/run-event.ts";

/** Somebody who reports to the user what happens in one procedure. */
export interface Reporter<Memory, Step, Child = never> {
  event(event: RunEvent<Memory, Step, Child>): void;
  /** What a look at both sides after it showed. */
  compared?(found: Comparison): void;
}

/** unknown: the look failed. */
export type Comparison = "equal" | "different" | "unknown";

/** Where mutation lines go: they are results, as kubectl's are. */
export type Lines = (line: string) => void;

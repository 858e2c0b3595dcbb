import type { RunEvent } from "../plan/run-event.ts";

/** Somebody who tells the user what happens in one procedure. */
export interface Reporter<Memory, Step, Child = never> {
  event(event: RunEvent<Memory, Step, Child>): void;
}

/** Where mutation lines go: they are results, as kubectl's are. */
export type Lines = (line: string) => void;

import { known, type Reading } from "../model/reading.ts";

/** A reading that was made, and says nothing. */
export interface Unclear {
  readonly unclear: string;
}

export function unclear(message: string): Unclear {
  return { unclear: message };
}

export function unclearReading(message: string): Reading<never> {
  return { known: false, why: "failed", message };
}

function isUnclear(value: unknown): value is Unclear {
  return typeof value === "object" && value !== null && "unclear" in value;
}

/** What follows from a reading; unknown where it is, and where it does not tell. */
export function map<A, B>(
  reading: Reading<A>,
  make: (value: A) => B | Unclear,
): Reading<Exclude<B, Unclear>> {
  if (!reading.known) return reading;
  const made = make(reading.value);
  return isUnclear(made) ? unclearReading(made.unclear) : known(made as Exclude<B, Unclear>);
}

/** What follows from two readings. */
export function both<A, B, C>(
  one: Reading<A>,
  other: Reading<B>,
  make: (one: A, other: B) => C | Unclear,
): Reading<Exclude<C, Unclear>> {
  return one.known ? map(other, (value) => make(one.value, value)) : one;
}

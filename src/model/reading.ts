/**
 * What an observation answers: a value, or the reason why it is not known. Three-valued truth is
 * built on this: a rule that needs an unknown reading is unknown, never passed.
 */
export type Reading<T> =
  | { readonly known: true; readonly value: T }
  | {
      readonly known: false;
      readonly why: "forbidden" | "not served" | "failed" | "not asked";
      readonly message: string;
      /** The line breaks of `message` are this side's: no server, and no file of somebody else, said any of it. */
      readonly ownLines?: true;
    };

export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

/** yes, no or unknown. */
export type Truth = boolean | "unknown";

export function truthOf(reading: Reading<boolean>): Truth {
  return reading.known ? reading.value : "unknown";
}

/** Inputs with something wrong in them, and what a program that believes nothing may do with them. */
import { array, constantFrom, integer, nat, string, tuple, type Arbitrary } from "fast-check";
import { expect } from "vitest";
import { explain } from "../../../src/errors.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Some hundred in each run of the tests; by the hundred thousand with --all. */
export function runs(few: number): number {
  return few * (process.env["TEST_ALL"] === undefined ? 1 : 100);
}

/** What nobody expects there. */
const odd: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e300,
  0.5,
  "",
  " ",
  "\u0000\u001B]52;c;eA==\u0007",
  "\uD800",
  "../../../etc/passwd",
  "9".repeat(400),
  "x".repeat(10_000),
  [],
  {},
  [null],
  [[]],
  { "": null },
  { constructor: {}, __proto__key: 1, toString: "x" },
  { apiVersion: "v1", kind: "List", items: [null] },
];

/** `value` with one to three of its places taken away, doubled, or put in the place of something odd. */
export function broken(value: unknown): Arbitrary<unknown> {
  const change = tuple(
    nat(),
    constantFrom("odd", "gone", "twice", "text", "wrapped"),
    constantFrom(...odd),
    string(),
  );
  return array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((now, [at, how, other, text]) => {
      const places = placesIn(now);
      const place = places[at % places.length] ?? [];
      return changed(now, place, (old) => {
        switch (how) {
          case "odd":
            return other;
          case "gone":
            return gone;
          case "twice":
            return [old, old];
          case "wrapped":
            return { [text]: old };
          case "text":
            return text;
        }
      });
    }, value),
  );
}

/** `text` with a stretch of it taken away, doubled, or overwritten. */
export function brokenText(text: string): Arbitrary<string> {
  return array(tuple(nat(), integer({ min: 0, max: 40 }), string({ unit: "binary", maxLength: 20 })), {
    minLength: 1,
    maxLength: 4,
  }).map((changes) =>
    changes.reduce((now, [at, length, put]) => {
      const from = now.length === 0 ? 0 : at % now.length;
      return now.slice(0, from) + put + now.slice(from + length);
    }, text),
  );
}

const gone = Symbol("gone");

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): readonly Place[] {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...at, key]))];
}

function changed(value: unknown, [key, ...rest]: Place, change: (old: unknown) => unknown): unknown {
  if (key === undefined) {
    const now = change(value);
    return now === gone ? null : now;
  }
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, index) => {
      if (String(index) !== String(key)) return [each];
      const now = rest.length === 0 ? change(each) : changed(each, rest, change);
      return now === gone ? [] : [now];
    });
  }
  const entries = Object.entries(value as object).flatMap(([name, each]) => {
    if (name !== key) return [[name, each] as const];
    const now = rest.length === 0 ? change(each) : changed(each, rest, change);
    return now === gone ? [] : [[name, now] as const];
  });
  return Object.fromEntries(entries);
}

/** The kinds of errors that are told in a line; any other is a fault of this program and prints its stack. */
const told = new Set(["user", "api", "connection", "interrupted"]);

/** Fails where `act` ends in anything but an answer or an error that is told in a line. */
export async function expectAnswerOrError(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch (error) {
    const kind = (error as { readonly kind?: unknown }).kind;
    if (typeof kind !== "string" || !told.has(kind)) throw error;
    expect(explain(error)).not.toBe("");
  }
}

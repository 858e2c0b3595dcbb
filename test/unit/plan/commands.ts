import type { Commands } from "../../../src/plan/decision.ts";

/** Commands as the edge makes them, for a command line without `kubectl calico-upgrade`. */
export function commandsFor(line: string, ...everywhere: readonly string[]): Commands {
  const typed = (...words: readonly string[]): string =>
    ["kubectl calico-upgrade", ...words, ...everywhere].join(" ");
  return {
    again: (...more) => typed(line, ...more),
    undo: (bundle) => typed("undo", bundle),
    other: (...words) => typed(...words),
    kept: ({ verb, arguments: words = [] }, ...more) => typed(verb, ...words, ...more),
  };
}

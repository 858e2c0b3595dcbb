import { Writable } from "node:stream";
import type { AppContext } from "../../context.ts";

/** The same context for a step whose lines are not the result: another format is. */
export function quietly(context: AppContext, quiet: boolean): AppContext {
  if (!quiet) return context;
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  // `terminal` is a getter: a copy would keep what it said first.
  return Object.create(context, { stdout: { value: stdout } }) as AppContext;
}

import { PassThrough, Writable } from "node:stream";
import { printerOn, type AppContext } from "../../../src/context.ts";

/** A context whose output is kept, and whose cluster must not be asked for. */
export function testContext(overrides: Partial<AppContext> = {}): {
  context: AppContext;
  stdout: () => string;
  stderr: () => string;
} {
  const [out, err] = [collector(), collector()];
  const never = new AbortController().signal;
  return {
    stdout: out.text,
    stderr: err.text,
    context: {
      env: {},
      stdin: new PassThrough(),
      stdout: printerOn(out.stream),
      stderr: printerOn(err.stream),
      colorDepth: 1,
      now: () => 0,
      line: { verb: "", positionals: [], given: [] },
      warnings: { count: 0 },
      outputClosed: never,
      interrupts: {
        listen: () => ({ first: never, second: never, signal: undefined, exitCode: 1, stop: () => {} }),
      },
      terminal: {
        stdoutTty: false,
        stderrTty: false,
        sameTerminal: false,
        stderrColor: false,
        columns: undefined,
        onSuspend: () => () => {},
      },
      connect: () => Promise.reject(new Error("no cluster in this test")),
      readFile: () => Promise.reject(new Error("no files in this test")),
      ...overrides,
    },
  };
}

function collector(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  return {
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk.toString("utf8"));
        done();
      },
    }),
    text: () => chunks.join(""),
  };
}

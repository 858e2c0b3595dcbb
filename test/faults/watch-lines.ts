import { Transform } from "node:stream";

/** Passes a watch on line by line, each when `see` has answered. */
export function eachLine(see: () => Promise<void>): Transform {
  let rest = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk]);
      void (async () => {
        for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
          const line = rest.subarray(0, end + 1);
          rest = rest.subarray(end + 1);
          await see();
          this.push(line);
        }
      })().then(
        () => done(),
        (error: unknown) => done(error as Error),
      );
    },
    flush(done) {
      done(undefined, rest);
    },
  });
}

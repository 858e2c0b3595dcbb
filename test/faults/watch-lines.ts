/** Passes a watch on line by line, each when `see` has answered. */
export function eachLine(see: () => Promise<void>) {
  return async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let rest = Buffer.alloc(0);
    for await (const chunk of source) {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        await see();
        yield rest.subarray(0, end + 1);
        rest = rest.subarray(end + 1);
      }
    }
    yield rest;
  };
}

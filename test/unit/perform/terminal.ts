import { PassThrough } from "node:stream";
import { screenAfter } from "../../../scripts/picture/screen.ts";

/** A terminal that remembers what was written to it. */
export function terminal(columns = 70, rows = 40) {
  const stream = Object.assign(new PassThrough(), { columns, rows, isTTY: true });
  let recording = "";
  stream.setEncoding("utf8").on("data", (text: string) => {
    recording += text.replaceAll("\n", "\r\n");
  });
  /** What stands on it, and above, without empty lines. */
  const screen = (): readonly string[] =>
    screenAfter(recording, columns)
      .map((cells) =>
        cells
          .map(({ text }) => text)
          .join("")
          .trimEnd(),
      )
      .filter((line) => line !== "");
  return { stream: stream as unknown as NodeJS.WriteStream, screen, written: () => recording };
}

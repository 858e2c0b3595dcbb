import { pathError, type PathNode } from "./node.ts";

/** What stands between the brackets of `[0]`, `[-1]`, `[1:3]`, `[::2]`; nothing is 0. */
export function parseIndex(text: string): PathNode {
  const match = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text);
  if (match === null) throw pathError(`invalid array index ${text}`);
  const [, first = "", second, third] = match;
  const start = first === "" ? undefined : indexNumber(first);
  const single = second === undefined;
  return {
    type: "slice",
    start,
    end: single ? (start ?? 0) + 1 : afterColon(second),
    step: third === undefined ? undefined : afterColon(third),
    single,
  };
}

function afterColon(text: string): number | undefined {
  return text === ":" ? undefined : indexNumber(text.slice(1));
}

function indexNumber(text: string): number {
  const value = Number(text);
  if (text === "-" || value < -(2 ** 63) || value >= 2 ** 63)
    throw pathError(`array index ${text} is not a number`);
  return value;
}

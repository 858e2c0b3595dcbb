import type { PrintResult } from "./print.ts";

/** `name`, `.name`, `{name}` or `{.name}` as the template `{.name}`; nothing stays nothing. */
export function relaxedPath(text: string): PrintResult<string> {
  if (text === "") return { ok: true, value: "" };
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (match === null) {
    return {
      ok: false,
      message:
        "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    };
  }
  return { ok: true, value: `{.${match[1] ?? match[2] ?? ""}}` };
}

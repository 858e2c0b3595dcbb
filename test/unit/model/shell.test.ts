import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { array, assert, oneof, property, string } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quoted, sh } from "../../../src/model/shell.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shell-"));
  const stub = join(folder, "kubectl");
  writeFileSync(stub, `#!/bin/sh\nfor each in "$@"; do /usr/bin/printf '%s\\0' "$each"; done\n`);
  chmodSync(stub, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the line's programs were called with; it has to be a whole line to a shell. */
function argvOf(line: string): readonly string[] {
  const env = { PATH: `${folder}:/usr/bin:/bin` };
  const checked = spawnSync("sh", ["-n", "-c", line], { env, encoding: "utf8" });
  expect([line, checked.status, checked.stderr]).toEqual([line, 0, ""]);
  const { stdout } = spawnSync("sh", ["-c", line], { env, encoding: "utf8" });
  return stdout.split("\0").slice(0, -1);
}

const nasty = [
  "",
  " ",
  "'",
  "''",
  '"',
  "\\",
  "$(touch x)",
  "`touch x`",
  "$HOME",
  "a;b",
  "a&&b",
  "a|b",
  ">x",
  "~",
  "*",
  "#a",
  "a#",
  "!x",
  "-rf",
  "é",
  "\u202E",
  "a\u202Eb",
  "\n",
  "a\nb",
  "\n\na",
  "\r",
  "\t",
  "\u001B[2J",
  "\u0007'",
  "\u009B%s",
  "😀",
  "a\u200D😀",
  "\u{E0041}x",
  "\uFEFF",
];
/** A shell's argument has no NUL; a line break at its very end cannot be written on one line. */
const words = oneof(
  { weight: 3, arbitrary: string({ unit: "binary", maxLength: 12 }) },
  { weight: 1, arbitrary: string({ unit: "grapheme", maxLength: 12 }) },
).map((text) => text.replaceAll("\0", "").replace(/\n+$/, "."));

describe("a line that is pasted calls its program with exactly what was shown", () => {
  test("whatever a word is made of", () => {
    const all = nasty.filter((text) => !text.endsWith("\n"));
    expect(argvOf(sh`kubectl get ${all}`)).toEqual(["get", ...all]);
    assert(
      property(array(words, { minLength: 1, maxLength: 8 }), (list) => {
        expect(argvOf(sh`kubectl get ${list} -n ${list[0] ?? ""}`)).toEqual(["get", ...list, "-n", list[0]]);
      }),
      { numRuns: 60 },
    );
  });

  test("and where a value is a part of a word", () => {
    assert(
      property(words, (text) => {
        expect(argvOf(sh`kubectl get --x=${text} deployment/${text}-before`)).toEqual([
          "get",
          `--x=${text}`,
          `deployment/${text}-before`,
        ]);
      }),
      { numRuns: 40 },
    );
  });

  test("a line stays one line, and shows nothing that commands a terminal", () => {
    assert(
      property(string({ unit: "binary" }), (text) => {
        expect(quoted(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

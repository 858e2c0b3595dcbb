import { describe, expect, test } from "vitest";
import { connectionFlags } from "../../../src/flags/connection.ts";
import { showsColor, usesColor } from "../../../src/flags/color.ts";
import { scan } from "../../../src/flags/scan.ts";
import { taskColors } from "../../../src/perform/task-colors.ts";

const terminal = { tty: true, env: { TERM: "xterm" }, windows: false };

describe("colours are shown where kubectl shows them", () => {
  test.each([
    ["on a terminal", terminal, true],
    ["not in a pipe", { ...terminal, tty: false }, false],
    ["not under NO_COLOR, even an empty one", { ...terminal, env: { NO_COLOR: "" } }, false],
    ["not on a dumb terminal", { ...terminal, env: { TERM: "dumb" } }, false],
    ["not on an old Windows terminal", { ...terminal, windows: true }, false],
    ["on the new one", { ...terminal, windows: true, env: { WT_SESSION: "x" } }, true],
  ])("%s", (_where, stream, shown) => {
    expect(showsColor(stream)).toBe(shown);
    expect(usesColor("auto", showsColor(stream))).toBe(shown);
    expect(usesColor("always", showsColor(stream))).toBe(true);
    expect(usesColor("never", showsColor(stream))).toBe(false);
  });
});

test("--color takes its three values and no other", () => {
  const flags = Object.values(connectionFlags);
  for (const when of ["auto", "always", "never"]) expect(scan([`--color=${when}`], flags).ok).toBe(true);
  expect(scan(["--color", "maybe"], flags)).toEqual({
    ok: false,
    message: 'invalid argument "maybe" for "--color" flag: must be one of: auto, always, never',
  });
});

test("a task list without colours has no escape in its marks", () => {
  expect(taskColors(true).FAILED("x")).toBe("\u001B[31mx\u001B[0m");
  expect(taskColors(false).FAILED("x")).toBe("x");
});

import { describe, expect, test } from "vitest";
import { lookPathOnWindows, spawnedOnWindows } from "../../../src/cluster/connection/look-path.ts";

function look(command: string, files: readonly string[], env: Readonly<Record<string, string>>) {
  const there = new Set(files.map((file) => file.toLowerCase()));
  return lookPathOnWindows(command, {
    env,
    cwd: String.raw`C:\work`,
    isFile: (path) => there.has(path.toLowerCase()),
  });
}

describe("an exec plugin is found on Windows as Go finds it", () => {
  const path = String.raw`C:\first;"C:\with;semicolon";C:\second`;
  const cmd = String.raw`C:\second\login.cmd`;

  test.each<[string, string, readonly string[], Record<string, string>, string | undefined]>([
    ["a batch file", "login", [cmd], { Path: path }, cmd],
    [
      "the endings in their order",
      "login",
      [cmd, String.raw`C:\second\login.exe`],
      { PATH: path },
      String.raw`C:\second\login.exe`,
    ],
    [
      "the folders before the endings",
      "login",
      [String.raw`C:\first\login.cmd`, String.raw`C:\second\login.exe`],
      { PATH: path },
      String.raw`C:\first\login.cmd`,
    ],
    [
      "PATHEXT decides",
      "login",
      [cmd, String.raw`C:\second\login.exe`],
      { PATH: path, PATHEXT: ".PS1;CMD" },
      cmd,
    ],
    ["what PATHEXT does not have is not run", "login", [cmd], { PATH: path, PathExt: ".EXE" }, undefined],
    ["an ending that is given", "login.cmd", [cmd], { PATH: path, PATHEXT: ".EXE" }, cmd],
    [
      "a dot that is no ending",
      "login.v1",
      [String.raw`C:\first\login.v1.exe`],
      { PATH: path },
      String.raw`C:\first\login.v1.exe`,
    ],
    ["no ending, no program", "login", [String.raw`C:\first\login`], { PATH: path }, undefined],
    [
      "quotes in PATH",
      "login",
      [String.raw`C:\with;semicolon\login.exe`],
      { PATH: path },
      String.raw`C:\with;semicolon\login.exe`,
    ],
    ["a path", String.raw`D:\bin\login`, [String.raw`D:\bin\login.bat`], {}, String.raw`D:\bin\login.bat`],
    [
      "one in the current folder is a trap",
      "login",
      [String.raw`C:\work\login.exe`, cmd],
      { PATH: path },
      undefined,
    ],
    [
      "but not where Windows does not look there",
      "login",
      [String.raw`C:\work\login.exe`, cmd],
      { PATH: path, NoDefaultCurrentDirectoryInExePath: "1" },
      cmd,
    ],
    [
      "and not where it is the one on PATH",
      "login",
      [String.raw`C:\work\login.exe`],
      { PATH: String.raw`c:\Work` },
      String.raw`c:\Work\login.exe`,
    ],
    [
      "a folder of PATH that moves with the user",
      "login",
      [String.raw`bin\login.exe`],
      { PATH: "bin" },
      undefined,
    ],
  ])("%s", (_name, command, files, env, found) => {
    expect(look(command, files, env)).toBe(found);
  });
});

describe("how it is run there", () => {
  test("a program as it is", () => {
    const file = String.raw`C:\bin\login.EXE`;
    expect(spawnedOnWindows(file, ["a b", "%X%"], {})).toEqual({
      file,
      args: ["a b", "%X%"],
      verbatim: false,
    });
  });

  test("a batch file by cmd.exe, which takes nothing in the arguments for its own", () => {
    const run = spawnedOnWindows(String.raw`C:\my bin\login.CMD`, ["plain", 'a "b" & %PATH%', "end\\", ""], {
      COMSPEC: String.raw`C:\Windows\system32\cmd.exe`,
    });
    expect(run.file).toBe(String.raw`C:\Windows\system32\cmd.exe`);
    expect(run.verbatim).toBe(true);
    expect(run.args.slice(0, 3)).toEqual(["/d", "/s", "/c"]);
    expect(run.args[3]).toBe(
      String.raw`"^"C:\my^ bin\login.CMD^" ^"plain^" ^"a^ \^"b\^"^ ^&^ ^%PATH^%^" ^"end\\^" ^"^""`,
    );
  });

  test("by cmd.exe wherever that is", () => {
    expect(spawnedOnWindows("login.bat", [], {}).file).toBe("cmd.exe");
  });
});

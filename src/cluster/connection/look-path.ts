import { win32 } from "node:path";

/** What Go's exec.LookPath goes by on Windows (os/exec, lp_windows.go). */
export interface WindowsSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The current folder. */
  readonly cwd: string;
  /** Of a path, whether there is a file; the case of its letters does not count. */
  readonly isFile: (path: string) => boolean;
}

/** The file that Windows would run for a command; undefined: there is none, or none that Go would run. */
export function lookPathOnWindows(
  command: string,
  { env, cwd, isFile }: WindowsSurroundings,
): string | undefined {
  const endings = endingsOf(variable(env, "PATHEXT"));
  const withEnding = (path: string): string | undefined =>
    [...(hasEnding(path) ? [path] : []), ...endings.map((each) => path + each)].find(isFile);
  if (/[:\\/]/.test(command)) return withEnding(command);
  // Windows would take the one in the current folder, which anybody may have put there: Go then runs none.
  const looksHere = variable(env, "NoDefaultCurrentDirectoryInExePath") === undefined;
  const here = looksHere ? withEnding(win32.join(cwd, command)) : undefined;
  const found = foldersOf(variable(env, "PATH"))
    .map((folder) => withEnding(win32.join(folder, command)))
    .find((each) => each !== undefined);
  const trapped = here !== undefined && here.toLowerCase() !== found?.toLowerCase();
  return found === undefined || trapped || !win32.isAbsolute(found) ? undefined : found;
}

/**
 * How to run it. CreateProcess passes batch files to cmd.exe by itself; Node refuses them, because their
 * arguments are read by cmd.exe's rules.
 */
export function spawnedOnWindows(
  file: string,
  args: readonly string[],
  env: WindowsSurroundings["env"],
): { readonly file: string; readonly args: readonly string[]; readonly verbatim: boolean } {
  if (!/\.(bat|cmd)$/i.test(file)) return { file, args, verbatim: false };
  const line = [file, ...args].map((each) => inert(quoted(each))).join(" ");
  return {
    file: variable(env, "ComSpec") ?? "cmd.exe",
    args: ["/d", "/s", "/c", `"${line}"`],
    verbatim: true,
  };
}

/** Names of variables have no case there. */
function variable(env: WindowsSurroundings["env"], name: string): string | undefined {
  const key = Object.keys(env).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : env[key];
}

function endingsOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === "") return [".com", ".exe", ".bat", ".cmd"];
  return text
    .toLowerCase()
    .split(";")
    .filter((each) => each !== "")
    .map((each) => (each.startsWith(".") ? each : `.${each}`));
}

/** Quotes in PATH hold a `;` together. */
function foldersOf(path: string | undefined): readonly string[] {
  const folders = (path ?? "").match(/(?:"[^"]*"?|[^;"])+/g) ?? [];
  return folders.map((folder) => folder.replaceAll('"', "")).filter((folder) => folder !== "");
}

function hasEnding(path: string): boolean {
  return path.slice(Math.max(...[":", "\\", "/"].map((each) => path.lastIndexOf(each))) + 1).includes(".");
}

/** One argument by the rules of CommandLineToArgv: backslashes count before a quote only. */
function quoted(text: string): string {
  return `"${text.replaceAll(/(?<!\\)(\\*)"/g, String.raw`$1$1\"`).replace(/(?<!\\)(\\+)$/, "$1$1")}"`;
}

/** Nothing in it means anything to cmd.exe. */
function inert(text: string): string {
  return text.replaceAll(/[()[\]%!^"`<>&|;, *?]/g, "^$&");
}

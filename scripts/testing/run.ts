import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tmpdir } from "node:os";
import { countReport, flakyTests, oneFailed, onePassed } from "./counts.ts";
import type { Counts } from "./counts.ts";

export const root = join(import.meta.dirname, "../..");

/** Runs a program of the project in the foreground and answers its exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** Results are of no interest, progress is. */
    readonly onlyProgress?: true;
  } = {},
): Promise<number> {
  const bin = join(root, "node_modules/.bin");
  const { promise, resolve } = Promise.withResolvers<number>();
  spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, ...options.env },
    stdio: ["ignore", options.onlyProgress === true ? "ignore" : "inherit", "inherit"],
  })
    .on("error", (error) => {
      console.log(`${command}: ${error.message}`);
      resolve(127);
    })
    .on("close", (code) => {
      resolve(code ?? 1);
    });
  return promise;
}

/** A program whose exit code is the whole verdict. */
export async function verdict(command: string, args: readonly string[]): Promise<Counts> {
  return (await run(command, args)) === 0 ? onePassed : oneFailed;
}

export async function vitest(
  project: string,
  filters: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "report-"));
  const file = join(folder, "report.json");
  try {
    const args = [
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      `--outputFile=${file}`,
    ];
    const exitCode = await run("vitest", [...args, ...filters], { env });
    const report: unknown = JSON.parse(readFileSync(file, "utf8"));
    for (const flaky of flakyTests(report)) console.log(`FLAKY, passed at its second try: ${flaky}`);
    return countReport(report, exitCode);
  } catch (error) {
    console.log(`${project}: no report: ${String(error)}`);
    return oneFailed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { bundle } from "./bundle.ts";
import { writeCodeCaches } from "./code-cache.ts";
import type { Emulator } from "./emulator.ts";
import { writeExecutable } from "./executable.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import type { Platform } from "./platforms.ts";

/** What is the same on every platform. */
export interface Program {
  readonly chunks: ReadonlyMap<string, string>;
  /** Every file that went in, relative to the working directory. */
  readonly inputs: readonly string[];
  /** Folder of what runs before the chunks. */
  readonly entries: string;
}

export async function makeProgram(root: string, work: string): Promise<Program> {
  const entries = join(work, "entries");
  await esbuild.build({
    entryPoints: ["sea-main.ts", "code-cache-main.ts"].map((name) => join(root, "scripts/build", name)),
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    outdir: entries,
    outExtension: { ".js": ".cjs" },
    logLevel: "warning",
  });
  return { ...(await bundle(join(root, "src/main.ts"))), entries };
}

/**
 * The executable for one platform. The code cache is made by that platform's Node: where nothing here
 * runs it (no `emulator`), the executable has none and starts more slowly.
 */
export async function makeExecutable(wanted: {
  readonly program: Program;
  readonly platform: Platform;
  readonly runtime: NodeRuntime;
  readonly emulator: Emulator | undefined;
  readonly work: string;
  readonly output: string;
}): Promise<void> {
  const { program, platform, runtime, emulator, work, output } = wanted;
  const folder = join(work, platform.node);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of program.chunks) writeFileSync(join(folder, name), text);
  if (emulator !== undefined) {
    await writeCodeCaches([...emulator.command, runtime.path], program.entries, folder);
  }
  const assets = Object.fromEntries(readdirSync(folder).map((name) => [name, join(folder, name)]));
  await writeExecutable({ runtime, platform, main: join(program.entries, "sea-main.cjs"), assets, output });
}

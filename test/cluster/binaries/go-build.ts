/** One `go build`, with something to read every half minute. */
import { spawn } from "node:child_process";
import type { Progress } from "./build.ts";

export type GoBuild = {
  readonly name: string;
  readonly command: string;
  readonly output: string;
  /** The folder of the go.mod to build in. */
  readonly module: string;
  readonly ldflags: string;
  readonly tags?: string | undefined;
  readonly goCache: string;
  readonly progress: Progress;
};

export async function goBuild(build: GoBuild): Promise<void> {
  const { name, command, output, module, ldflags, tags = "", goCache, progress } = build;
  const flags = [
    "-trimpath",
    "-buildvcs=false",
    ...(tags === "" ? [] : ["-tags", tags]),
    "-ldflags",
    ldflags,
  ];
  const args = ["build", ...flags, "-o", output, command];
  await timed(name, progress, () => go(args, { cwd: module, goCache }));
}

export async function timed(name: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  const start = Date.now();
  const elapsed = () => formatElapsed(Date.now() - start);
  progress(`${name}: building`);
  const ticker = setInterval(() => progress(`${name}: still building after ${elapsed()}`), 30_000);
  try {
    await work();
  } finally {
    clearInterval(ticker);
  }
  progress(`${name}: built in ${elapsed()}`);
}

export type GoRun = {
  readonly cwd: string;
  readonly goCache: string;
  readonly env?: NodeJS.ProcessEnv;
};

export async function go(args: readonly string[], { cwd, goCache, env }: GoRun): Promise<void> {
  await run("go", args, cwd, {
    ...process.env,
    CGO_ENABLED: "0",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOCACHE: goCache,
    ...env,
  });
}

export async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  // Of a failing build only the end is of interest, and downloads fill the rest.
  const tail: string[] = [];
  const keep = (chunk: Buffer) => {
    tail.push(...chunk.toString().split("\n"));
    tail.splice(0, Math.max(0, tail.length - 40));
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new Error(
      `${command} ${args[0] ?? ""} failed (exit ${code ?? "by signal"}):\n${tail.join("\n").trim()}`,
    );
  }
}

function formatElapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
}

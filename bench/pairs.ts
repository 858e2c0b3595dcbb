import { spawn } from "node:child_process";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** Median milliseconds of each side. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * How long ours takes beside theirs: measured in pairs, one after the other, because the machine is
 * not equally quick all the time. The first pair warms the disk cache and is thrown away.
 */
export async function compare(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Ratio> {
  const pairs: { ours: number; theirs: number }[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const pair = { ours: await ours(), theirs: await theirs() };
    if (round > 0) pairs.push(pair);
  }
  const ratios = pairs.map((pair) => pair.ours / pair.theirs);
  return {
    median: median(ratios),
    lowest: Math.min(...ratios),
    highest: Math.max(...ratios),
    ours: median(pairs.map((pair) => pair.ours)),
    theirs: median(pairs.map((pair) => pair.theirs)),
  };
}

/** Milliseconds that the commands take one after the other. @throws Error when one fails. */
export async function wall(commands: readonly Command[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  for (const each of commands) await finish(each, env);
  return performance.now() - began;
}

/** Runs a command to its end and answers its process id's watcher result, if one was asked for. */
export async function finish<T>(
  { command, args }: Command,
  env: NodeJS.ProcessEnv,
  watch?: (pid: number, ended: Promise<unknown>) => Promise<T>,
): Promise<T | undefined> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on("error", reject).on("close", resolve);
  const watched = child.pid === undefined ? undefined : watch?.(child.pid, ended);
  const code = await ended;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code ?? "a signal"}: ${stderr}`);
  return await watched;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

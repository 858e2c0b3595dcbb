/** The packaged plugin, found and run by a real kubectl, as a user's shell does it. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Cluster } from "../../cluster/cluster.ts";

const root = join(import.meta.dirname, "../../..");

/** PLUGIN=source runs src as it is, without a build. */
const folder =
  process.env["PLUGIN"] === "source" ? join(import.meta.dirname, "from-source") : join(root, "dist");

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  /** -1: a signal ended it. */
  readonly code: number;
}

export interface Running {
  /** Of the plugin itself. */
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when either stream has said it; fails when the program ends or 60 s pass before. */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Result>;
}

export interface RunOptions {
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** A command that ends in running the rest of its arguments: `unshare -m`. */
  readonly through?: readonly string[];
}

const patience = 60_000;

export function pluginEnv(
  cluster: Pick<Cluster, "env">,
  { kubeconfig, env = {} }: Pick<RunOptions, "kubeconfig" | "env"> = {},
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...cluster.env,
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    ...env,
    PATH: `${folder}${delimiter}${cluster.env.PATH}`,
  };
}

/** `kubectl calico-upgrade ARGS`; kubectl replaces itself by the plugin, so signals reach the plugin. */
export function startPlugin(cluster: Cluster, args: readonly string[], options: RunOptions = {}): Running {
  if (!existsSync(join(folder, "kubectl-calico_upgrade"))) throw new Error("npm run build comes first");
  const [command = "kubectl", ...rest] = [...(options.through ?? []), "kubectl", "calico-upgrade", ...args];
  const child = spawn(command, rest, {
    env: pluginEnv(cluster, options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let over = false;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    look();
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const ended = new Promise<Result>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      over = true;
      resolve({ stdout, stderr, code: code ?? -1 });
      look();
    });
  });
  // Nobody has to wait for the end of what a failed test leaves running.
  ended.catch(() => undefined);
  onTestFinished(() => void child.kill("SIGKILL"));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const done = (act: () => void): void => {
          clearTimeout(timer);
          waiting.delete(check);
          act();
        };
        const fail = (why: string): void =>
          done(() => reject(new Error(`${why} ${String(pattern)}:\n${stdout}\n${stderr}`)));
        const check = (): void => {
          if (pattern.test(stdout) || pattern.test(stderr)) done(resolve);
          else if (over) fail("ended without saying");
        };
        const timer = setTimeout(() => fail("did not say in time"), patience);
        waiting.add(check);
        check();
      }),
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

export function runPlugin(
  cluster: Cluster,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Result> {
  return startPlugin(cluster, args, options).ended;
}

export function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

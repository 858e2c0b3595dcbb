import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import type { Cluster } from "../cluster/cluster.ts";

export const main = join(import.meta.dirname, "../../src/main.ts");

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** `kubectl calico-upgrade status ARGS…` from the sources, as admin or with another kubeconfig. */
export function status(cluster: Cluster, args: readonly string[] = [], kubeconfig?: string): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const env = {
    ...process.env,
    ...cluster.env,
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
  };
  execFile(process.execPath, [main, "status", ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
    resolve({ stdout, stderr, code: error === null ? 0 : typeof error.code === "number" ? error.code : -1 });
  }).stdin?.end();
  return promise;
}

/** A status that goes on: what it has printed so far, and how it ends. */
export interface Running {
  readonly stdout: () => string;
  /** Resolves when what it has printed satisfies `decide`. */
  readonly until: (decide: (stdout: string, stderr: string) => boolean) => Promise<void>;
  readonly ended: Promise<Result>;
  readonly kill: () => void;
}

export function startStatus(cluster: Cluster, args: readonly string[]): Running {
  const child = spawn(process.execPath, [main, "status", ...args], {
    env: { ...process.env, ...cluster.env },
  });
  let stdout = "";
  let stderr = "";
  const looks = new Set<() => void>();
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
    for (const look of looks) look();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
    for (const look of looks) look();
  });
  const { promise: ended, resolve } = Promise.withResolvers<Result>();
  child.on("close", (code) => {
    resolve({ stdout, stderr, code: code ?? -1 });
    for (const look of looks) look();
  });
  return {
    stdout: () => stdout,
    ended,
    kill: () => void child.kill("SIGTERM"),
    until(decide) {
      const { promise, resolve: found, reject } = Promise.withResolvers<void>();
      const look = (): void => {
        if (decide(stdout, stderr)) found();
        else if (child.exitCode !== null) reject(new Error(`it ended: ${stdout}${stderr}`));
      };
      looks.add(look);
      look();
      return promise.finally(() => looks.delete(look));
    },
  };
}

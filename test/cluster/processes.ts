/** Starts the processes of a cluster and ends them: each one that was recorded, and never another. */
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identify, isAlive } from "./process-identity.ts";
import { clusterFolder, readProcesses, recordProcess, type StartedProcess } from "./state.ts";

export type Command = {
  readonly component: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
};

/** In a process group of its own: Ctrl-C in the terminal is for us, who then end it in order. */
export function startProcess(cluster: string, { component, path, args, env }: Command): StartedProcess {
  const log = openSync(logFile(cluster, component), "a", 0o600);
  try {
    const child = spawn(path, args, {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...env },
    });
    // A command that cannot be started has no pid; the error itself says why.
    child.on("error", () => undefined);
    const identity = child.pid === undefined ? undefined : identify(child.pid);
    if (identity === undefined) throw new Error(`${component} did not start: ${path}`);
    const started = { ...identity, component };
    recordProcess(cluster, started);
    child.unref();
    return started;
  } finally {
    closeSync(log);
  }
}

/** Ends what was started for this cluster, by force: nothing of it is needed any more. */
export async function endProcesses(cluster: string): Promise<void> {
  // The last first, so that no controller complains about a server that is gone.
  const started = readProcesses(cluster).toReversed();
  for (const process of started) kill(process);
  while (started.some(isAlive)) await delay(10);
}

export function logFile(cluster: string, component: string): string {
  return join(clusterFolder(cluster).logs, `${component}.log`);
}

export function lastLines(cluster: string, component: string, count = 15): string {
  try {
    return readFileSync(logFile(cluster, component), "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}

/** The pid is looked at again right before: it may have become somebody else's since. */
function kill(started: StartedProcess): void {
  if (!isAlive(started)) return;
  try {
    process.kill(-started.pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}

/** Commands in the namespaces of a process. A namespace lasts as long as a process is in it: nothing to clear up. */
import { execFileSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { type Command } from "../cluster/processes.ts";
import { poll } from "../cluster/wait.ts";

export function networkOf(pid: number): string {
  return `/proc/${pid}/ns/net`;
}

export function inNetwork(pid: number, command: Command): Command {
  return {
    ...command,
    path: "nsenter",
    args: [`--net=${networkOf(pid)}`, command.path, ...command.args],
  };
}

/** Lines as `ip` takes them, without the word `ip`. */
export function ip(pid: number, lines: readonly string[]): void {
  execFileSync("nsenter", [`--net=${networkOf(pid)}`, "ip", "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

/** unshare has started, and a moment later it has its namespace. */
export async function hasOwnNetwork(pid: number): Promise<void> {
  const ours = readlinkSync("/proc/self/ns/net");
  await poll(async () => readlinkSync(networkOf(pid)) !== ours, { what: "a network namespace" });
}

/**
 * Ends a cluster when the process that started it is gone, however it went: run as a process of its own,
 * with its standard input held open by that process. `keep` on it means that the cluster shall stay.
 */
import { endProcesses } from "./processes.ts";
import { removeFolder } from "./state.ts";

// The terminal's Ctrl-C reaches the whole group: the one who started us decides then, not we.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

const name = process.argv[2];
if (name === undefined) throw new Error("usage: guardian.ts NAME");

let said = "";
for await (const chunk of process.stdin) said += String(chunk);
if (!said.includes("keep")) {
  await endProcesses(name);
  removeFolder(name);
}

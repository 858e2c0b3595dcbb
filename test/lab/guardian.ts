/** As `test/cluster/guardian.ts`, for a lab: ends it when the process that started it is gone, however it went. */
import { endLab } from "./end.ts";

process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

const name = process.argv[2];
if (name === undefined) throw new Error("usage: guardian.ts NAME");

let said = "";
for await (const chunk of process.stdin) said += String(chunk);
if (!said.includes("keep")) await endLab(name);

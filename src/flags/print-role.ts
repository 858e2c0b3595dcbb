import { roleCommands } from "../model/program.ts";
import type { Flag } from "./flag.ts";

export const printRoleFlag = {
  name: "print-role",
  takes: "optional",
  implied: "all",
  oneOf: [...roleCommands, "all"],
  help: `Print the roles that a command needs, as YAML for kubectl apply, and ask no cluster; with -f also for what is in the file. One of: ${roleCommands.join(", ")}; without a value for each of them.`,
  group: "Options",
  valueName: "COMMAND",
} as const satisfies Flag;

/** Its own flag here: `node` is not loaded for it. */
export const drainRoleFlag = {
  name: "drain",
  takes: "boolean",
  help: "With --print-role=node: add the rights that node --drain needs.",
  group: "Options",
} as const satisfies Flag;

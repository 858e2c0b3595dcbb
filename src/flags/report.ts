import type { Flag } from "./flag.ts";

export const runFlag = {
  name: "run",
  takes: "value",
  help: "The run to report: its id, or the number of its revision. Without it, the latest run.",
  group: "Options",
  valueName: "ID",
} as const satisfies Flag;

import type { Flag } from "./flag.ts";

export const dirFlag = {
  name: "dir",
  takes: "value",
  help: "With install: the folder to put the program into; default is where the plugin was found on the PATH.",
  group: "Options",
  valueName: "DIR",
} as const satisfies Flag;

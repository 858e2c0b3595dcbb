import type { Flag } from "./flag.ts";

export const bundleDirFlag = {
  name: "bundle-dir",
  takes: "value",
  help: "Directory to save in what the run changes, so that undo can take it back; default is $XDG_STATE_HOME/calico-upgrade or ~/.local/state/calico-upgrade.",
  group: "Options",
  valueName: "DIR",
} as const satisfies Flag;

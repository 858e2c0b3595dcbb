import type { PhaseName } from "../plan/decision.ts";

/** Titles of the shown phases. */
export const phaseTitles: Readonly<Record<PhaseName, string>> = {
  prepull: "pull images",
  hold: "take the run's lease",
  template: "bring the DaemonSet in line with the file",
  cordon: "cordon",
  drain: "evict the other pods",
  restart: "delete the calico-node pod",
  ready: "wait for its replacement to be Ready",
  settle: "watch that it stays Ready",
  probe: "prove that pods get addresses",
  uncordon: "uncordon",
  finish: "end the run",
  "stop old": "scale the old controller to 0",
  "old gone": "wait until its pod is gone",
  deploy: "bring the controller in line",
  rollout: "wait for exactly one Ready controller",
  write: "write the objects",
  served: "wait until new kinds are served",
  gone: "wait until what was deleted is gone",
};

/** `node -f` of three nodes, which are named on one server and all of them on the other. */
import type { Story } from "../story.ts";
import { upgradeStory } from "../upgrade-story.ts";

const words = ["node", "node-01", "node-02", "node-03"];
const all = ["node", "--all", "--yes"];
const parts = ["rbac", "config", "workloads"] as const;

export const stories: readonly Story[] = [
  upgradeStory(words, {
    kubeVersion: "1.36",
    old: { version: "v3.29.6" },
    next: { version: "v3.29.7" },
    parts,
    cordoned: ["node-03"],
  }),
  upgradeStory(all, {
    kubeVersion: "1.15",
    old: { version: "v2.4.0", datastore: "etcd" },
    next: { version: "v2.4.1", datastore: "etcd" },
    parts,
    cordoned: ["node-03"],
  }),
];

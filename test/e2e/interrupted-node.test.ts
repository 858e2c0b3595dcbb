/** `node -f` of three nodes, cut off anywhere. */
import { interrupted } from "../faults/interrupted.ts";
import { upgradeStory } from "../faults/upgrade-story.ts";

const words = ["node", "node-01", "node-02", "node-03"];
const parts = ["rbac", "config", "workloads"] as const;

interrupted(
  upgradeStory(words, {
    kubeVersion: "1.36",
    old: { version: "v3.29.6" },
    next: { version: "v3.29.7" },
    parts,
    cordoned: ["node-03"],
  }),
);
interrupted(
  upgradeStory(words, {
    kubeVersion: "1.15",
    old: { version: "v2.4.0", datastore: "etcd" },
    next: { version: "v2.4.1", datastore: "etcd" },
    parts,
    cordoned: ["node-03"],
  }),
);

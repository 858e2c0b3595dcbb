/** `controller -f`: a Deployment, and the ReplicaSet of the time before v2.0. */
import type { Story } from "../story.ts";
import { upgradeStory } from "../upgrade-story.ts";

const parts = ["rbac", "config", "workloads"] as const;
const before = ["rbac"] as const;

export const stories: readonly Story[] = [
  upgradeStory(["controller"], {
    kubeVersion: "1.36",
    old: { version: "v3.29.7" },
    next: { version: "v3.30.7" },
    parts,
    before,
  }),
  upgradeStory(["controller"], {
    kubeVersion: "1.15",
    old: { version: "v1.6.1", datastore: "etcd" },
    next: { version: "v2.3.0", datastore: "etcd" },
    parts,
    before,
  }),
];

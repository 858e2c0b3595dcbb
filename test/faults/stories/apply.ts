/** `apply`. */
import type { Story } from "../story.ts";
import { upgradeStory } from "../upgrade-story.ts";

export const stories: readonly Story[] = [
  upgradeStory(["apply", "-y"], {
    kubeVersion: "1.36",
    old: { version: "v3.29.7" },
    next: { version: "v3.30.7" },
    cordoned: ["node-03"],
  }),
  upgradeStory(["apply", "-y"], {
    kubeVersion: "1.15",
    old: { version: "v2.4.1", datastore: "etcd" },
    next: { version: "v2.5.1", datastore: "etcd" },
    cordoned: ["node-03"],
  }),
];

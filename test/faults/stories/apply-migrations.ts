/** `apply` that migrates policies and Calico's own data before it upgrades anything: only on Kubernetes of its time. */
import { createNamespaces, generated, resetPolicies } from "../../e2e/support/policy-cluster.ts";
import {
  putOneOfEach,
  removeKinds,
  removeOldObjects,
  serveOldKinds,
} from "../../e2e/support/third-party-resources.ts";
import type { Story } from "../story.ts";
import { upgradeStory } from "../upgrade-story.ts";

const namespaces = generated(8);

const apply = upgradeStory(["apply", "-y"], {
  kubeVersion: "1.15",
  old: { version: "v2.2.1" },
  next: { version: "v2.5.1" },
  cordoned: ["node-03"],
});

export const stories: readonly Story[] = [
  {
    ...apply,
    name: `${apply.name}, with migrations`,
    prepare: async (cluster, folder) => {
      await removeKinds(cluster, ".crd.projectcalico.org");
      await createNamespaces(cluster, namespaces);
      await resetPolicies(cluster, namespaces);
      await serveOldKinds(cluster);
      await removeOldObjects(cluster);
      await putOneOfEach(cluster);
      await apply.prepare(cluster, folder);
    },
  },
];

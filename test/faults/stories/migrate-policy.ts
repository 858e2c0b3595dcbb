/** `migrate-policy`. */
import { bundlesIn } from "../beginning.ts";
import type { Story } from "../story.ts";
import {
  createNamespaces,
  generated,
  installOldCalico,
  resetPolicies,
} from "../../e2e/support/policy-cluster.ts";

const namespaces = generated(16);

function story(kubeVersion: Story["kubeVersion"]): Story {
  return {
    name: `migrate-policy of ${String(namespaces.length)} namespaces`,
    kubeVersion,
    prepare: async (cluster) => {
      await installOldCalico(cluster, "kubernetes");
      await createNamespaces(cluster, namespaces);
      await resetPolicies(cluster, namespaces);
    },
    command: (folder) => ["migrate-policy", "-y", "--bundle-dir", bundlesIn(folder)],
  };
}

export const stories: readonly Story[] = [story("1.36"), story("1.15")];

/** `migrate-policy`, cut off anywhere. */
import { bundlesIn } from "../faults/beginning.ts";
import { interrupted, type Story } from "../faults/interrupted.ts";
import { createNamespaces, generated, installOldCalico, resetPolicies } from "./support/policy-cluster.ts";

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

interrupted(story("1.36"));
interrupted(story("1.15"));

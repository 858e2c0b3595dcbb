/** `migrate-data`; only Kubernetes of its time has something to bring over. */
import { bundlesIn } from "../beginning.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { install } from "../install.ts";
import type { Story } from "../story.ts";
import {
  putOneOfEach,
  removeKinds,
  removeOldObjects,
  serveOldKinds,
} from "../../e2e/support/third-party-resources.ts";

export const stories: readonly Story[] = [
  {
    name: "migrate-data, v2.4.1",
    kubeVersion: "1.15",
    prepare: async (cluster, folder) => {
      await install(cluster, folder, hostedCalico({ version: "v2.4.1" }, ["rbac", "config", "workloads"]));
      await serveOldKinds(cluster);
      await removeKinds(cluster, ".crd.projectcalico.org");
      await removeOldObjects(cluster);
      await putOneOfEach(cluster);
    },
    command: (folder) => ["migrate-data", "-y", "--bundle-dir", bundlesIn(folder)],
  },
];

/** `configmap --set` of a value that calico-node reads (with etcd the controller, too). */
import type { CalicoOptions } from "../../calico/era.ts";
import { hostedCalico } from "../../calico/hosted-calico.ts";
import { install } from "../install.ts";
import type { Story } from "../story.ts";
import { quickIn } from "../upgrade-story.ts";
import { secondsPass } from "../../e2e/support/seconds-pass.ts";

function story(kubeVersion: Story["kubeVersion"], calico: CalicoOptions, value: string): Story {
  return {
    name: `configmap --set of ${calico.version}`,
    kubeVersion,
    prepare: async (cluster, folder) => {
      await install(cluster, folder, hostedCalico(calico, ["rbac", "config", "workloads"]));
      await secondsPass(cluster);
    },
    command: (folder) => ["configmap", "-y", "--set", value, ...quickIn(folder)],
    cordoned: ["node-03"],
  };
}

export const stories: readonly Story[] = [
  story("1.36", { version: "v3.29.7" }, "veth_mtu=1400"),
  story("1.15", { version: "v2.4.1", datastore: "etcd" }, "etcd_endpoints=http://10.0.0.9:2379"),
];

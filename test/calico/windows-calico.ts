import type { KubeObject } from "../cluster/kube-object.ts";

/** The DaemonSet of upstream's calico-windows-vxlan.yaml (v3.25), in the namespace of manifest installs. */
export function windowsCalico(
  version: string,
  { nodeSelector = { "kubernetes.io/os": "windows" } }: { readonly nodeSelector?: object } = {},
): KubeObject {
  const labels = { "k8s-app": "calico-node-windows" };
  const image = `calico/windows:${version}`;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "calico-node-windows", namespace: "kube-system", uid: "uid-calico-node-windows" },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          nodeSelector,
          tolerations: [
            { effect: "NoSchedule", operator: "Exists" },
            { key: "CriticalAddonsOnly", operator: "Exists" },
            { effect: "NoExecute", operator: "Exists" },
          ],
          containers: [
            { name: "node", image },
            { name: "felix", image },
          ],
        },
      },
    },
    status: { desiredNumberScheduled: 2, numberReady: 2, observedGeneration: 1 },
  };
}

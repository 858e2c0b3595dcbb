/** Typha as releases since v3.5 bring it in a manifest of its own. */
import type { KubeObject } from "../../cluster/kube-object.ts";

export function typhaDeployment(version: string, env: readonly unknown[] = []): KubeObject {
  const labels = { "k8s-app": "calico-typha" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "calico-typha", namespace: "kube-system", labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "calico-typha", image: `quay.io/calico/typha:${version}`, env }] },
      },
    },
  };
}

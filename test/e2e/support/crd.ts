import type { KubeObject } from "../../cluster/kube-object.ts";

/** A CRD whose objects take any spec and status. */
export function crd(group: string, version: string, kind: string, plural: string): KubeObject {
  const any = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties: { spec: any, status: any } } },
        },
      ],
    },
  };
}

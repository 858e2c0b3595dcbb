import type { KubeObject } from "../../cluster/kube-object.ts";

/** A CRD whose objects take any spec and status; v1beta1 for servers before 1.16. */
export function crd(
  group: string,
  version: string,
  kind: string,
  plural: string,
  api: "v1" | "v1beta1" = "v1",
): KubeObject {
  const any = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: any, status: any } } };
  return {
    apiVersion: `apiextensions.k8s.io/${api}`,
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Cluster",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [{ name: version, served: true, storage: true, ...(api === "v1" ? { schema } : {}) }],
    },
  };
}

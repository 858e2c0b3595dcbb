/** The kinds that kwok reads, in the form that the server takes. */
import type { KubeObject } from "../kube-object.ts";

const kinds = [
  { kind: "Stage", plural: "stages", scope: "Cluster" },
  { kind: "ClusterLogs", plural: "clusterlogs", scope: "Cluster" },
  { kind: "Logs", plural: "logs", scope: "Namespaced" },
] as const;

export function kwokCrds(minor: number): KubeObject[] {
  return kinds.map(({ kind, plural, scope }) => {
    const group = "kwok.x-k8s.io";
    const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` };
    const version = { name: "v1alpha1", served: true, storage: true };
    const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    return minor < 16
      ? {
          apiVersion: "apiextensions.k8s.io/v1beta1",
          kind: "CustomResourceDefinition",
          metadata: { name: `${plural}.${group}` },
          spec: { group, names, scope, version: version.name, subresources: { status: {} } },
        }
      : {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          metadata: { name: `${plural}.${group}` },
          spec: {
            group,
            names,
            scope,
            versions: [{ ...version, schema: { openAPIV3Schema: schema }, subresources: { status: {} } }],
          },
        };
  });
}

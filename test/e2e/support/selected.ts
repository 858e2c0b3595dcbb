import type { KubeObject } from "../../cluster/kube-object.ts";

/** A Deployment with another selector, which no server changes; every other object as it is. */
export function selectedAnew(object: KubeObject): KubeObject {
  if (object.kind !== "Deployment") return object;
  const spec = object["spec"] as { readonly template: KubeObject };
  const labels = { ...spec.template.metadata.labels, generation: "second" };
  return {
    ...object,
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

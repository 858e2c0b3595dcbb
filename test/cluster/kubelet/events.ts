/** Events as a kubelet sends them, made together with the change that they tell of. */
import type { Step } from "./stage.ts";

export type PodEvent = {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
};

export function podEvent({ type, reason, message }: PodEvent): Step {
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "NAME", namespace: "{{ .metadata.namespace }}" },
    involvedObject: {
      apiVersion: "v1",
      kind: "Pod",
      name: "{{ .metadata.name }}",
      namespace: "{{ .metadata.namespace }}",
      uid: "{{ .metadata.uid }}",
    },
    type,
    reason,
    message,
    source: { component: "kubelet", host: "{{ .spec.nodeName }}" },
    firstTimestamp: "{{ Now }}",
    lastTimestamp: "{{ Now }}",
    count: 1,
  };
  // Each Event is an object of its own, so its name must be new.
  return {
    create: JSON.stringify(event).replace(
      "NAME",
      "{{ .metadata.name }}.{{ sha256sum (print .metadata.uid Now) | trunc 16 }}",
    ),
  };
}

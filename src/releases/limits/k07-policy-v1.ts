import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k07: KubernetesLimit = {
  id: "K07",
  releases: span("v3.23.0"),
  min: 21,
  why: "its manifest needs policy/v1, which came with Kubernetes 1.21",
  sources: [manifests],
};

import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const b13: KubernetesLimit = {
  id: "B13",
  releases: span("v3.8.0"),
  min: 9,
  why: "its manifest needs apps/v1, which came with Kubernetes 1.9",
  sources: [manifests],
};

import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k06: KubernetesLimit = {
  id: "K06",
  releases: span("v3.15.0"),
  datastore: "kubernetes",
  min: 16,
  why: "its manifest needs apiextensions.k8s.io/v1, which came with Kubernetes 1.16",
  sources: [manifests],
};

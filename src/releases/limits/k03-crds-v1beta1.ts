import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k03: KubernetesLimit = {
  id: "K03",
  releases: span("v2.5.0", "v3.15.0"),
  datastore: "kubernetes",
  max: 21,
  why: "its manifest needs apiextensions.k8s.io/v1beta1, which Kubernetes 1.22 no longer serves",
  sources: [manifests, "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
};

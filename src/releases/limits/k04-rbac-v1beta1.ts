import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k04: KubernetesLimit = {
  id: "K04",
  releases: span("v3.4.0", "v3.8.0"),
  max: 21,
  why: "its manifest needs rbac.authorization.k8s.io/v1beta1, which Kubernetes 1.22 no longer serves",
  sources: [manifests, "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
};

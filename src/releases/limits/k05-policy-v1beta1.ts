import { issue, manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k05: KubernetesLimit = {
  id: "K05",
  releases: span("v3.17.0", "v3.23.0"),
  max: 24,
  why: "its manifest needs policy/v1beta1, which Kubernetes 1.25 no longer serves",
  sources: [manifests, issue(4570)],
};

import { manifests } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

/** The same apiVersion stands in the manifests from v1.5 on (calico-facts 1.2). */
export const k02: KubernetesLimit = {
  id: "K02",
  releases: span(undefined, "v3.8.0"),
  max: 15,
  why: "its manifest needs extensions/v1beta1, which Kubernetes 1.16 no longer serves",
  sources: [manifests, "https://kubernetes.io/blog/2019/07/18/api-deprecations-in-1-16/"],
};

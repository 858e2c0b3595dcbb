import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const k08: KubernetesLimit = {
  id: "K08",
  releases: span("v3.19.0", "v3.26.0"),
  min: 16,
  why: "its documentation says that it does not work on Kubernetes 1.15 and older",
  sources: ["system requirements of v3.19 – v3.25"],
};

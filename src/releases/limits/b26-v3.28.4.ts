import { notes } from "../citations.ts";
import type { KubernetesLimit } from "../kubernetes.ts";
import { span } from "../version.ts";

export const b26: KubernetesLimit = {
  id: "B26",
  releases: span("v3.28.4", "v3.28.5"),
  min: 25,
  why: "its release notes say that it needs Kubernetes 1.25",
  sources: [notes("v3.28.4")],
};

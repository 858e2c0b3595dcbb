import { manifests } from "../../../releases/citations.ts";
import { span } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B17: by what is served (hazard H29); K06 says it by the server's version. */
export const crdVersion = clusterRule({
  id: "B17",
  severity: "error",
  page: {
    title: "the server takes CRDs of apiextensions.k8s.io/v1",
    why: "From v3.15 on the manifest for the Kubernetes datastore has its CRDs in apiextensions.k8s.io/v1, which Kubernetes 1.15 and older do not serve. K06 says the same by the server's version.",
    detected: "the group versions that the server serves",
    fix: "Upgrade Kubernetes to 1.16 or newer first.",
    releases: "target v3.15 and newer, Kubernetes datastore",
    sources: [manifests],
  },
  when: { to: span("v3.15.0"), datastore: "kubernetes" },
  needs: ["served"],
  steps: ["apply"],
  check({ served }) {
    return served.groupVersions.includes("apiextensions.k8s.io/v1")
      ? { outcome: "pass", because: "the server serves apiextensions.k8s.io/v1" }
      : {
          outcome: "fail",
          because: "the server does not serve apiextensions.k8s.io/v1, in which the manifest has its CRDs",
          fix: "upgrade Kubernetes to 1.16 or newer first",
        };
  },
});

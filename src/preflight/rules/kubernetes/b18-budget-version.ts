import { issue, manifests } from "../../../releases/citations.ts";
import { span, within } from "../../../releases/version.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Calico-facts 4.3, B18: by what is served (hazard H29); K05 and K07 say it by the server's version. */
export const budgetVersion = clusterRule({
  id: "B18",
  severity: "error",
  page: {
    title: "the server takes the PodDisruptionBudgets of the manifest",
    why: "Manifests of v3.17 – v3.22 have policy/v1beta1, which Kubernetes 1.25 no longer serves; those of v3.23 and newer have policy/v1, which came with 1.21. K05 and K07 say the same by the server's version.",
    detected: "the group versions that the server serves",
    fix: "Take v3.23 or newer on Kubernetes 1.25 and newer; upgrade Kubernetes to 1.21 or newer before v3.23.",
    releases: "target v3.17 and newer",
    sources: [manifests, issue(4570)],
  },
  when: { to: span("v3.17.0") },
  needs: ["served"],
  steps: ["apply"],
  check({ served }, { to }) {
    const newer = to?.known === true && within(to.value, span("v3.23.0"));
    const needed = newer ? "policy/v1" : "policy/v1beta1";
    return served.groupVersions.includes(needed)
      ? { outcome: "pass", because: `the server serves ${needed}` }
      : {
          outcome: "fail",
          because: `the server does not serve ${needed}, in which the manifest has its PodDisruptionBudget`,
          fix: newer ? "upgrade Kubernetes to 1.21 or newer first" : "take v3.23 or newer",
        };
  },
});

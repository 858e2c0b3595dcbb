import { b13 } from "../../../releases/limits/b13-apps-v1.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { limitPage } from "../../limit-page.ts";

/** Calico-facts 4.3, B13: by what is served (hazard H29). */
export const appsVersion = clusterRule({
  id: "B13",
  severity: "error",
  page: () => limitPage(b13),
  when: { to: b13.releases },
  needs: ["served"],
  steps: ["apply"],
  check({ served }) {
    return served.groupVersions.includes("apps/v1")
      ? { outcome: "pass", because: "the server serves apps/v1" }
      : {
          outcome: "fail",
          because: "the server does not serve apps/v1, in which the manifest has its workloads",
          fix: "upgrade Kubernetes to 1.9 or newer first",
        };
  },
});

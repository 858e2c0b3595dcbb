import type { BadReleaseId } from "./bad-releases.ts";
import { issue, manifests, notes, seed, upgradeReadme } from "./citations.ts";
import type { LimitId } from "./kubernetes.ts";
import type { PathRuleId } from "./paths.ts";

/** Ids whose facts stand in this folder; K01 is the tested range. */
export type ReleaseFactId = PathRuleId | BadReleaseId | LimitId | "K01";

/** Where each fact comes from. */
export const sources: Readonly<Record<ReleaseFactId, readonly string[]>> = {
  P01: [seed],
  P02: [
    seed,
    "https://github.com/kubernetes/kubernetes/pull/39164",
    notes("v2.3.0"),
    "https://github.com/projectcalico/kube-controllers/pull/105",
  ],
  P03: [upgradeReadme, seed, issue(1052)],
  P04: [upgradeReadme, "https://github.com/kubernetes/kops/issues/3352"],
  P05: ["upgrade pages of v3.0 – v3.5", notes("v3.0.1")],
  P06: ["upgrade page of v3.6 (maintenance/kubernetes-upgrade)"],
  P07: [notes("v3.23.0")],
  P08: ["upgrade pages of v3.28 and newer"],
  P09: ["upgrade pages of v3.0 – v3.5", "https://github.com/projectcalico/calico-upgrade"],
  P10: [seed],
  P11: ["downgrade pages of v3.0 and v3.1", seed],
  P12: ["documentation of the operator migration (operations/operator-migration)"],
  P13: [issue(6144), issue(4958)],
  R01: [notes("v2.6.0")],
  R02: [notes("v2.6.6"), issue(1484)],
  R03: [notes("v2.6.4")],
  R04: [notes("v2.2.0", "v2.2.1")],
  R05: [notes("v2.1.1", "v2.1.2", "v2.1.3", "v2.1.4")],
  R06: [notes("v3.0.0")],
  R07: [notes("v3.7.1")],
  R08: [notes("v3.15.0", "v3.15.1"), issue(3689)],
  R09: [notes("v3.16.0")],
  R10: [notes("v3.16.9", "v3.18.3")],
  R11: [notes("v3.22.1")],
  R12: [issue(5957)],
  R13: [issue(6294)],
  R14: [notes("v3.27.2")],
  R15: [notes("v3.28.4")],
  R16: [notes("v3.29.0", "v3.29.4"), issue(9527), issue(9437)],
  R17: [notes("v3.30.7"), issue(11910), "https://github.com/projectcalico/calico/pull/12054"],
  B13: [manifests],
  B26: [notes("v3.28.4")],
  K01: ["system requirements in the documentation of each Calico minor"],
  K02: [manifests, "https://kubernetes.io/blog/2019/07/18/api-deprecations-in-1-16/"],
  K03: [manifests, "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
  K04: [manifests, "https://kubernetes.io/docs/reference/using-api/deprecation-guide/"],
  K05: [manifests, issue(4570)],
  K06: [manifests],
  K07: [manifests],
  K08: ["system requirements of v3.19 – v3.25"],
};

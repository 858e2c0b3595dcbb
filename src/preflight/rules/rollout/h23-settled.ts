import { guardPage } from "../../guard-page.ts";

/** Hazard H23: the commands guard it as they go; no rule asks before. */
export const settled = guardPage({
  id: "H23",
  page: {
    title: "a restarted calico-node is watched until it has settled",
    why: "A container that becomes Ready and dies a moment later would be taken for done.",
    detected: "container id and restart count for one readiness period, 30 s where there is no probe",
    fix: "See the log of the container that went away.",
    commands: ["kubectl logs -n NAMESPACE POD -c calico-node --previous"],
    sources: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes"],
  },
});

import { guardPage } from "../../guard-page.ts";

/** Hazard H11: the commands guard it as they go; no rule asks before. */
export const revisionFirst = guardPage({
  id: "H11",
  page: {
    title: "a pod is deleted only when the new template has its revision",
    why: "Before the controller has seen a template it makes the old pod again. A replacement of an old revision is a failure, not a reason to delete it again at once.",
    detected: "observedGeneration and the ControllerRevisions of the DaemonSet",
    fix: "Wait: node does. If it does not end, see whether kube-controller-manager runs.",
    override: false,
    sources: [
      "https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/#understanding-daemonset-revisions",
    ],
  },
});

import { guardPage } from "../../guard-page.ts";

/** Hazard H04: the commands guard it as they go; no rule asks before. */
export const policiesBack = guardPage({
  id: "H04",
  page: {
    title: "policies come back only where they mean the same",
    why: "Restoring policies that did nothing, or taking the default-denies away, while v1 semantics are in force causes the outage that the migration prevents.",
    detected: "the releases of the controller (etcd) or of every calico-node (Kubernetes datastore)",
    fix: "Undo the upgrade of Calico first; migrate-policy --what-if shows which flows would change.",
    override: "--force=NAMESPACE of undo",
    sources: [
      "https://github.com/projectcalico/calico/issues/1484",
      "https://github.com/projectcalico/kube-controllers/pull/105",
    ],
  },
});

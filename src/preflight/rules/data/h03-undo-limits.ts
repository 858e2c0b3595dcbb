import { guardPage } from "../../guard-page.ts";

/** Hazard H03: the commands guard it as they go; no rule asks before. */
export const undoLimits = guardPage({
  id: "H03",
  page: {
    title: "what cannot be undone is named before it is done",
    why: "Undo never deletes a CustomResourceDefinition, a namespace, a custom resource or addresses, and refuses across one-way boundaries: host-local to calico-ipam once one node has migrated, v3's data conversion when it is completed, an unlocked datastore, the new names of policies in v3.32.",
    detected: "the bundle of the run, and the live objects",
    fix: "Keep a backup of etcd, or of Calico's objects, that was made before the upgrade.",
    override: false,
    sources: ["documentation of v3.1 (downgrade)", "https://github.com/projectcalico/calico/pull/11232"],
  },
});

import { guardPage } from "../../guard-page.ts";

/** Hazard H26: the commands guard it as they go; no rule asks before. */
export const podNetwork = guardPage({
  id: "H26",
  page: {
    title: "a pod gets an address after the restart",
    why: "Ready does not show that pods get addresses: kubelets that cannot see /var/lib/calico left all new pods in ContainerCreating behind a Ready calico-node.",
    detected: "a short pod of --probe-image on the node that is still cordoned",
    fix: "node NODE --probe-image IMAGE, on the first node at least.",
    sources: ["https://github.com/projectcalico/calico/issues/2841"],
  },
});

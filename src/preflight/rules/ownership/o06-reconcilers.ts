import { ownersOf } from "../../../model/owner.ts";
import { clusterRule } from "../../cluster-rule.ts";

/** Hazard H12: Argo CD, Flux, or another controller that owns the DaemonSet. */
export const keptInGit = clusterRule({
  id: "O06",
  severity: "error",
  page: {
    title: "no GitOps tool or other controller puts calico-node back",
    why: "Argo CD and Flux apply what stands in a repository: the pinned strategy goes back in the middle of an upgrade, and all nodes restart.",
    detected: "marks of Argo CD and Flux, and owner references, on calico-node's DaemonSet",
    fix: "Suspend them for Calico's objects, and put the new manifest into the repository.",
    sources: [
      "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/",
      "https://fluxcd.io/flux/components/kustomize/kustomizations/#suspend",
    ],
  },
  needs: ["daemonSet"],
  steps: ["controller", "configmap", "apply"],
  check({ daemonSet }) {
    const owners = ownersOf(daemonSet).filter(({ kind }) => kind === "reconciler");
    const [first] = owners;
    if (first === undefined)
      return { outcome: "pass", because: "no mark of Argo CD, Flux or another controller" };
    return {
      outcome: "fail",
      because: `${owners.map(({ name }) => name).join(" and ")} puts calico-node back as it stands elsewhere (${first.evidence})`,
      evidence: owners.map(({ evidence }) => ({
        object: `DaemonSet ${daemonSet.namespace}/${daemonSet.name}`,
        field: "mark",
        value: evidence,
      })),
      fix: "suspend it for Calico's objects during the upgrade, and commit the new manifest to its source",
    };
  },
});

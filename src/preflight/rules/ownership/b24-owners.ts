import { notes } from "../../../releases/citations.ts";
import { clusterRule } from "../../cluster-rule.ts";
import { objectOf } from "../../seen.ts";
import { some } from "../../some.ts";

/** Calico-facts 4.3, B24. Which kinds were looked at is said: others may have such owners too. */
export const owners = clusterRule({
  id: "B24",
  severity: "error",
  page: {
    title: "no object belongs to an object of projectcalico.org/v3",
    why: "v3.27.5 and v3.28 give all objects of projectcalico.org/v3 another UID. Kubernetes' garbage collector then takes their owners for gone and deletes what belongs to them.",
    detected: "ownerReferences to projectcalico.org on the kinds that were looked at",
    fix: "Remove the ownerReferences that are named before the upgrade and put them back with the new UID after it. Restart kube-controller-manager after the upgrade.",
    releases: "up to v3.27.4 → v3.27.5, v3.28 and newer",
    sources: [notes("v3.28.0", "v3.27.5"), "upgrade pages of v3.28 and newer"],
  },
  when: { crosses: "v3.27.5" },
  needs: ["dependants", "served"],
  steps: ["node", "apply"],
  check({ dependants: { found, resources }, served }) {
    if (found.length > 0) {
      return {
        outcome: "fail",
        because: `they belong to objects of projectcalico.org, whose UIDs change, and would be deleted: ${some(found.map(objectOf))}`,
        evidence: found.map((each) => ({
          object: objectOf(each),
          field: "metadata.ownerReferences",
          value: each.owner,
        })),
        fix: "remove these ownerReferences before the upgrade, and put them back with the new UIDs after it",
      };
    }
    const among = `among ${resources.join(", ")}`;
    if (!served.groupVersions.includes("projectcalico.org/v3"))
      return {
        outcome: "pass",
        because: `projectcalico.org/v3 is not served, and nothing belongs to it ${among}`,
      };
    return {
      outcome: "fail",
      severity: "warning",
      because: `projectcalico.org/v3 is served and its UIDs change; nothing belongs to its objects ${among}`,
      fix: "look for ownerReferences to projectcalico.org in objects of other kinds; restart kube-controller-manager after the upgrade",
    };
  },
});

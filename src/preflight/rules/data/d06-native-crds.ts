import { clusterRule } from "../../cluster-rule.ts";
import { migrationFix, migrationSeen, phaseOf } from "../../datastore-migration.ts";
import { fileDaemonSet } from "../../in-file.ts";
import { environmentOf, envOf } from "../../seen.ts";
import { some } from "../../some.ts";

const group = "CALICO_API_GROUP";

/** Calico-facts 3.6. Nothing is changed while it is under way; after it, what was set stays set. */
export const nativeCrds = clusterRule({
  id: "D06",
  severity: "error",
  page: {
    title: "the migration to native v3 CRDs is at rest",
    why: "The migration that v3.32 brings as a preview locks the datastore and needs Kubernetes 1.32. After it node, typha and controller have to be told CALICO_API_GROUP=projectcalico.org/v3, which a manifest without it takes away again.",
    detected: "DatastoreMigrations and their phase, and CALICO_API_GROUP of calico-node",
    fix: "Let it come to Complete, or delete a Failed one, before anything is upgraded; then keep CALICO_API_GROUP in every manifest that is applied.",
    releases: "v3.32 and newer, Kubernetes datastore",
    sources: ["documentation of the CRD migration (operations/crd-migration)"],
  },
  when: { datastore: "kubernetes" },
  needs: ["datastoreMigrations", "daemonSet", "configMaps"],
  steps: ["controller", "configmap", "node", "apply"],
  check({ datastoreMigrations: all, daemonSet, configMaps }, { manifest }) {
    const [first] = all;
    const open = all.find((each) => phaseOf(each) !== "Complete");
    if (open !== undefined) {
      return {
        outcome: "fail",
        because: `a migration to native v3 CRDs is not at rest: ${some(all.map((each) => `${each.name} (${phaseOf(each)})`))}`,
        evidence: all.map(migrationSeen),
        ...migrationFix(open),
      };
    }
    const has = envOf(environmentOf(daemonSet, configMaps), group).length > 0;
    const set = manifest === undefined ? undefined : fileDaemonSet(manifest);
    const next = set === undefined ? undefined : envOf(environmentOf(set, []), group).length > 0;
    if (next === false && (has || first !== undefined)) {
      return {
        outcome: "fail",
        because: `the cluster's data is in native v3 CRDs, and the file's DaemonSet is not told ${group}: its calico-node would look for it in the old ones`,
        evidence: all.map(migrationSeen),
        fix: `set ${group}=projectcalico.org/v3 on calico-node, typha and kube-controllers in the file`,
      };
    }
    if (first !== undefined && !has) {
      return {
        outcome: "fail",
        severity: "warning",
        because: `DatastoreMigration ${first.name} is Complete, and calico-node is not told ${group}`,
        evidence: [migrationSeen(first)],
        fix: `set ${group}=projectcalico.org/v3 on calico-node, typha and kube-controllers`,
      };
    }
    return {
      outcome: "pass",
      because: first === undefined ? "there is no migration to native v3 CRDs" : "it is Complete",
    };
  },
});

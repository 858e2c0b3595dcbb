import { clusterRule } from "../../cluster-rule.ts";
import { migrationFix, migrationSeen, phaseOf } from "../../datastore-migration.ts";
import { some } from "../../some.ts";

/** Calico-facts 3.6 and 4.3, B40: also a finished one has to be removed before v3.33. */
export const leftMigration = clusterRule({
  id: "B40",
  severity: "error",
  page: {
    title: "no DatastoreMigration is left",
    why: "v3.33 does not go on with a migration that v3.32 began. A cluster that is upgraded between its begin and its end keeps half of its data in each place.",
    detected: "DatastoreMigrations and their phase",
    fix: "Wait for Complete, then delete the object, then its CRD, in that order: a CRD that is deleted while an object is there deletes Calico's data. A Failed one is deleted.",
    releases: "v3.32 → v3.33 and newer",
    sources: ["documentation of the CRD migration (operations/crd-migration)"],
  },
  when: { crosses: "v3.33.0" },
  needs: ["datastoreMigrations"],
  steps: ["node", "apply"],
  check({ datastoreMigrations: all }) {
    const [first] = all;
    if (first === undefined) return { outcome: "pass", because: "there is no DatastoreMigration" };
    return {
      outcome: "fail",
      because: `a DatastoreMigration is left: ${some(all.map((each) => `${each.name} (${phaseOf(each)})`))}`,
      evidence: all.map(migrationSeen),
      ...migrationFix(first),
    };
  },
});

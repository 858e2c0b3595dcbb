import { clusterRule } from "../cluster-rule.ts";
import { migrationFix, migrationSeen, phaseOf } from "../datastore-migration.ts";
import { some } from "../some.ts";

/** Calico-facts 3.6 and 4.3, B40: also a finished one has to be removed before v3.33. */
export const leftMigration = clusterRule({
  id: "B40",
  severity: "error",
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
      fix: migrationFix(first),
    };
  },
});

import type { CalicoObject } from "../model/calico-object.ts";
import type { Evidence } from "./finding.ts";
import type { CheckResult } from "./rule.ts";
import { sh } from "../model/shell.ts";

/** status.phase; one that has none has not begun. */
export function phaseOf({ status }: CalicoObject): string {
  const { phase } = status;
  return typeof phase === "string" && phase !== "" ? phase : "Pending";
}

export function migrationSeen(migration: CalicoObject): Evidence {
  return { object: `DatastoreMigration ${migration.name}`, field: "status.phase", value: phaseOf(migration) };
}

/** What its phase asks for (documentation of the CRD migration). */
export function migrationFix(migration: CalicoObject): Pick<CheckResult, "fix" | "commands"> {
  const { name } = migration;
  switch (phaseOf(migration)) {
    case "Complete":
      return {
        fix: "delete the DatastoreMigration, and only then its CRD: in the other order Calico's data is deleted with it",
        commands: [deletion(name)],
      };
    case "Failed":
      return {
        fix: "delete the DatastoreMigration, and its CRD only when no object is left",
        commands: [deletion(name)],
      };
    default:
      return {
        fix: "wait until it is Complete; never delete its CRD while the object is there",
        commands: [sh`kubectl get datastoremigration ${name} -w`],
      };
  }
}

function deletion(name: string): string {
  return sh`kubectl delete datastoremigration ${name}`;
}

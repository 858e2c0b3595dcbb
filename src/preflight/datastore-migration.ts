import type { CalicoObject } from "../model/calico-object.ts";
import type { Evidence } from "./finding.ts";
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
export function migrationFix(migration: CalicoObject): string {
  const { name } = migration;
  switch (phaseOf(migration)) {
    case "Complete":
      return `${sh`kubectl delete datastoremigration ${name}`}, and only then its CRD: the other way round Calico's data goes with it`;
    case "Failed":
      return `${sh`kubectl delete datastoremigration ${name}`}; its CRD only when no object is left`;
    default:
      return `wait until it is Complete: ${sh`kubectl get datastoremigration ${name} -w`}; never delete its CRD while the object is there`;
  }
}

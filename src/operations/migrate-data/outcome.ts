import type { ObjectsSeen } from "../../plan/objects/procedure.ts";
import type { Ended } from "../../plan/decision.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { DataMigration } from "../../render/data/kind.ts";

/** What came of bringing Calico's data over, or of deleting the old one. */
export interface DataMigrationOutcome {
  /** As a part of a run; a stop names what continues it. */
  readonly ended: Ended<PartResult>;
  readonly result: DataMigration;
  /** In the order in which they were written. */
  readonly changes: readonly DataChange[];
  /** Directory of its bundle; absent where nothing was saved. */
  readonly bundle?: string;
}

export interface DataChange {
  /** `ippool.crd.projectcalico.org/10-244-0-0-16` */
  readonly name: string;
  readonly outcome: ObjectsSeen["written"][string];
}

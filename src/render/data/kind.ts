import type { OtherMigration } from "../../data/others.ts";
import type { DataStep } from "../../data/plan.ts";

/** What `migrate-data -o json` prints; docs/schema/data-migration.json describes it. */
export interface DataMigration {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "DataMigration";
  /** What was done with it, of --dry-run what would be. */
  readonly dryRun: "none" | "client" | "server";
  /** not needed: there is nothing to bring over here. */
  readonly state: "not needed" | "stopped" | "to do" | "verified" | "finished";
  readonly because: string;
  readonly objects: readonly {
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** On the new side. */
    readonly target: string;
    readonly does: DataStep["does"] | "deleted";
    readonly why?: string;
    readonly differences: DataStep["differences"];
    /** Read back after the write, and equal. */
    readonly verified: boolean;
  }[];
  readonly others: readonly OtherMigration[];
}

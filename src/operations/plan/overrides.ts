import type { DatastoreType } from "../../model/datastore.ts";
import type { Version } from "../../releases/version.ts";

/** What the flags of `plan` say; undefined: left to the cluster. */
export interface PlanOverrides {
  /** undefined: left to the file. */
  readonly to: Version | undefined;
  readonly from: Version | undefined;
  readonly datastore: DatastoreType | undefined;
  /** Minor of Kubernetes 1.x. */
  readonly kubernetes: number | undefined;
}

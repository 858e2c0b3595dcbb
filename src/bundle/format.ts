import type { SavedAction } from "../model/draft.ts";
import type { JsonObject, ManagedFieldsEntry } from "../model/kube.ts";

/**
 * What a bundle is on disk: a directory with `index.json` and, below `objects/`, one YAML per object. A
 * person can read it, and `kubectl create -f` takes each file as it is.
 */

/** Of this program's own; one that reads a higher number was not written yet. */
export const format = 1;

export const indexFile = "index.json";
export const objectsFolder = "objects";
/** What the run has left on its nodes (`RunRecords`); nothing that `undo` takes back. */
export const recordsFile = "records.json";

/** One state of an object that was saved. */
export interface SavedState {
  /** UID and resourceVersion that the object had then; absent where it was not in the cluster yet. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** Of the content (`contentOf`), however it is written down: equal means nobody changed it. */
  readonly hash: string;
  /** Below the bundle's directory; absent where the content must not be saved (Secrets). */
  readonly file?: string;
  /** Of the file's bytes. */
  readonly sha256?: string;
  /** Who owned which field of it; absent of what a run means, and where the server keeps no record. */
  readonly managers?: readonly ManagedFieldsEntry[];
}

export interface IndexEntry {
  /** Counts up from 1 in the order in which the run saved. */
  readonly id: number;
  readonly action: SavedAction;
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural in the path. */
  readonly resource: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** As it was. Of what is created: absent. */
  readonly before?: SavedState;
  /** As the run meant it to be. Of what is deleted: absent. */
  readonly after?: SavedState;
  /** What the server made of the write, defaults included: a live object that differs was changed since. */
  readonly written?: Pick<SavedState, "uid" | "resourceVersion" | "hash">;
  /** Whether the write is known to be done: a killed run, and one whose answer got lost, does not know. */
  readonly done: boolean;
  /** What the inverse of this action needs besides. */
  readonly data?: JsonObject;
}

export interface BundleIndex {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "Bundle";
  readonly format: number;
  /** The directory's own name. */
  readonly run: string;
  /** What was run: "migrate-policy". */
  readonly command: string;
  /** Version of this program. */
  readonly tool: string;
  readonly cluster: {
    /** UID of the namespace kube-system: it stays the same for as long as the cluster lives. */
    readonly uid: string;
    /** Address of the API server, without credentials. */
    readonly server: string;
    /** v1.36.4 */
    readonly kubernetes: string;
  };
  /** RFC 3339. */
  readonly started: string;
  /** Absent while the run works, and where it was killed. */
  readonly ended?: string;
  /** What the inverse needs of the run as a whole. */
  readonly data?: JsonObject;
  readonly entries: readonly IndexEntry[];
  /** Of everything above (`indexChecksum`). */
  readonly checksum: string;
}

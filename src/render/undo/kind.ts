/** What `undo -o json` prints; docs/schema/undo.json describes it. */
export interface UndoResult extends UndoneRun {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "Undo";
  readonly dryRun: "none" | "client" | "server";
  readonly succeeded: boolean;
  /** Runs that were steps of this one; absent where there are none. */
  readonly parts?: readonly UndoneRun[];
  readonly stopped?: { readonly message: string; readonly interrupted: boolean };
}

export interface UndoneRun {
  /** The bundle that was taken back. */
  readonly of: { readonly bundle: string; readonly run: string; readonly command: string };
  /** Where what undo itself changed is saved. */
  readonly bundle?: string;
  readonly entries: readonly UndoneEntry[];
  /** Pods that were recreated for it, in the order in which they were; absent where none had to be. */
  readonly restarted?: readonly UndoneRestart[];
}

/** calico-node of a node, or a workload that reads values which came back. */
export interface UndoneRestart {
  readonly kind: string;
  readonly name: string;
  readonly result: string;
}

export interface UndoneEntry {
  /** What the run had done. */
  readonly action: "created" | "changed" | "deleted" | "scaled";
  /** networkpolicy.networking.k8s.io */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  /** What became of it now; left: not sent. */
  readonly result: "created" | "deleted" | "configured" | "annotated" | "nothing" | "refused" | "left";
  readonly because?: string;
}

/** What `undo --list -o json` prints. */
export interface BundleList {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "BundleList";
  readonly items: readonly ListedBundle[];
}

export interface ListedBundle {
  readonly directory: string;
  readonly run: string;
  readonly command?: string;
  readonly cluster?: { readonly uid: string; readonly server: string; readonly kubernetes: string };
  readonly started?: string;
  /** Absent where the run was killed. */
  readonly ended?: string;
  readonly entries?: number;
  /** Why it cannot be used. */
  readonly damaged?: string;
}

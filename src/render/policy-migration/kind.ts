import type { NamespacedName } from "../../model/kube.ts";
import type { BoundarySide } from "../../policy/crossing.ts";
import type { Driver } from "../../policy/isolation.ts";

/** What `migrate-policy -o json` prints; docs/schema/policy-migration.json describes it. */
export interface PolicyMigration {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "PolicyMigration";
  readonly dryRun: "none" | "client" | "server";
  /** Everything that was asked for is done. */
  readonly succeeded: boolean;
  /** Nothing of the whole cluster is left to migrate. Of a dry run: would be. */
  readonly finished: boolean;
  readonly cluster: { readonly kubernetes: string; readonly calico: string; readonly datastore: Driver };
  readonly target: string;
  readonly boundary: {
    readonly release: string;
    readonly side: BoundarySide;
    readonly finishBefore: "controller" | "node";
  };
  /** Where what was taken away is saved; `undo` takes it. */
  readonly bundle?: string;
  /** In the order in which they were done. */
  readonly changes: readonly MigrationChange[];
  /** What is left: not sent, refused, held by a finalizer, or outside of -n. */
  readonly left: {
    readonly create: readonly NamespacedName[];
    readonly delete: readonly NamespacedName[];
    readonly undecided: readonly string[];
    /** Deleted, and held by a finalizer: they still count. */
    readonly held: readonly NamespacedName[];
  };
  /** Annotations without effect, where the boundary is crossed. */
  readonly leftovers?: {
    readonly namespaces: readonly string[];
    readonly policies: readonly NamespacedName[];
    readonly opened: readonly string[];
  };
  readonly notes: readonly string[];
  /** Why it did not come to its end. */
  readonly stopped?: { readonly message: string; readonly interrupted: boolean };
}

export interface MigrationChange {
  readonly action: "created" | "deleted" | "annotated";
  /** networkpolicy.networking.k8s.io, namespace */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
}

import type { DatastoreType } from "../../model/datastore.ts";
import type { PlanReason } from "../upgrade/plan.ts";
import type { ReleaseImages } from "../../releases/registries.ts";

/** What `runbook -o json` prints; docs/schema/runbook.json describes it. */
export interface Runbook {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "Runbook";
  /** Missing: not known. */
  readonly from?: string;
  readonly to: string;
  readonly datastore?: DatastoreType;
  /** What could not be seen, and the flag that tells it. */
  readonly asked: readonly MissingFact[];
  /** One upgrade after the other; several where the way goes through other releases. */
  readonly hops: readonly RunbookHop[];
  readonly notes: readonly string[];
}

export interface MissingFact {
  readonly fact: string;
  /** Why it is not known. */
  readonly why: string;
  readonly flag: string;
  /** What the steps take instead; missing: they say what to do in each case. */
  readonly assumed?: string;
  /** Of these hosts; empty: of the cluster. */
  readonly nodes: readonly string[];
}

export interface RunbookHop {
  readonly from?: string;
  readonly to: string;
  /** Why it stops here on the way. */
  readonly reasons: readonly PlanReason[];
  readonly images: ReleaseImages;
  /** Once for the cluster, before anything else. */
  readonly before: readonly RunbookStep[];
  /** Never two at once. */
  readonly controller: readonly RunbookStep[];
  /** One host after the other. */
  readonly hosts: readonly RunbookHost[];
}

export interface RunbookHost {
  readonly node: string;
  readonly facts: {
    readonly arch?: string;
    readonly os?: string;
    readonly kernel?: string;
    readonly kubelet?: string;
    readonly runtime?: string;
    /** Calico's images that the node reports; it reports 50 images at most. */
    readonly images: readonly string[];
  };
  readonly steps: readonly RunbookStep[];
}

export type RunbookStepId =
  | "policy"
  | "data"
  | "kubernetes"
  | "pull"
  | "cordon"
  | "cni-binaries"
  | "cni-config"
  | "kubelet"
  | "switch"
  | "verify"
  | "uncordon"
  | "controller-deployment"
  | "controller-stop"
  | "controller-none"
  | "controller-start"
  | "controller-verify";

export interface RunbookStep {
  readonly id: RunbookStepId;
  readonly what: string;
  /** What to know about it. */
  readonly notes: readonly string[];
  /** For a shell of the host, as root, unless they begin with kubectl; remarks begin with #. */
  readonly commands: readonly string[];
  /** Files that it leaves, for a configuration tool. */
  readonly files: readonly RunbookFile[];
  /** For a configuration tool: what runs which image afterwards. */
  readonly image?: string;
  readonly unit?: string;
}

export interface RunbookFile {
  readonly path: string;
  readonly owner: "root:root";
  readonly mode: string;
  readonly state: "present" | "absent";
  /** Where its content is from: a path within an image, or in words. */
  readonly source?: string;
}

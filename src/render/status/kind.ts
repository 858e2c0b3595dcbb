import type { Datastore } from "../../model/datastore.ts";
import type { Backend } from "../../model/backend.ts";
import type { Strategy } from "../../model/daemonset.ts";
import type { Install } from "../../facts/install.ts";
import type { Dataplane } from "../../facts/network.ts";
import type { NodeCounts, RunState } from "../../facts/progress.ts";
import type { HandEdit } from "../../model/hand-edits.ts";
import type { Owner } from "../../model/owner.ts";
import type { Truth } from "../../model/reading.ts";
import type { Identified } from "../../releases/release.ts";

/**
 * What `status` says: the JSON kind UpgradeStatus, which the tables are printed from. Described by
 * docs/schema/upgrade-status.json. Times are RFC 3339; a truth is true, false or "unknown".
 */
export interface UpgradeStatus {
  readonly apiVersion: "calico-upgrade/v1alpha1";
  readonly kind: "UpgradeStatus";
  readonly cluster: { readonly kubernetes: string; readonly observed: string };
  readonly install: InstallStatus;
  /** The calico-node DaemonSets, normally one (hazard H20). */
  readonly daemonSets: readonly DaemonSetStatus[];
  /** Calico on Windows nodes, where there are any: shown, and upgraded by its own manifest. */
  readonly windows?: WindowsStatus;
  readonly components: readonly ComponentStatus[];
  readonly nodes: readonly NodeStatus[];
  /** Every node that is shown and should run calico-node runs the newest revision, Ready, released. */
  readonly done: Truth;
  readonly problems: readonly StatusProblem[];
  /** What could not be read: the fields that come from it are "unknown". */
  readonly unread: readonly UnreadResource[];
}

export interface InstallStatus {
  readonly kind: Install["kind"];
  readonly flavour?: "calico" | "canal";
  readonly owners: readonly Owner[];
  readonly evidence: readonly string[];
  /** What to do instead, where this tool is not the one to upgrade it. */
  readonly procedure?: string;
}

export interface DaemonSetStatus {
  readonly namespace: string;
  readonly name: string;
  readonly flavour: "calico" | "canal";
  /** Of the template: what pods made now run. */
  readonly image: string;
  readonly release: Identified;
  readonly datastore: Datastore;
  readonly backend: Backend;
  readonly network: NetworkStatus;
  readonly strategy: string;
  /** The strategy that goes back when the upgrade is finished (hazard H12). */
  readonly pinned?: Strategy | "unreadable";
  readonly run?: RunStatus;
  /** The newest revision; undefined: unknown, or the template has none yet (hazard H11). */
  readonly revision?: { readonly name: string; readonly number: number; readonly hash?: string };
  /** Who changed the template by hand. */
  readonly edits: readonly EditStatus[];
  readonly nodes: NodeCounts;
}

export interface WindowsStatus {
  readonly daemonSets: readonly WindowsSetStatus[];
  /** Windows nodes that none of these serves. */
  readonly unserved: readonly string[] | "unknown";
}

export interface WindowsSetStatus {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly version: string;
  readonly ready: number;
  readonly desired: number;
  /** The nodes that it serves. */
  readonly nodes: readonly string[] | "unknown";
}

export interface NetworkStatus {
  /** Another plugin connects the pods. */
  readonly policyOnly: Truth;
  readonly dataplane: Dataplane | "unknown";
  /** Of the IP pools: `IPIP Always`, `VXLAN CrossSubnet`, `none`. */
  readonly encapsulation: readonly string[] | "unknown";
  /** Why something of it is not known. */
  readonly unknown?: string;
}

/** As it is known, with its time as text. */
export type EditStatus = Omit<HandEdit, "at"> & { readonly at?: string };

/** As it is known, with its time as text. */
export type RunStatus = Omit<RunState, "renewed"> & { readonly renewed?: string };

export interface ComponentStatus {
  readonly component: "calico-node" | "cni" | "node-windows" | "controller" | "typha";
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** The image's tag; a digest or `<none>` where there is no tag. */
  readonly version: string;
  readonly ready: number;
  readonly desired: number;
  readonly note?: string;
}

export interface NodeStatus {
  readonly name: string;
  readonly ready: Truth;
  readonly schedulable: Truth;
  readonly roles: readonly string[];
  /** undefined: the node could not be read. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly kubelet?: string;
  /** namespace/name of the DaemonSet that its pod is of, or should be. */
  readonly daemonSet?: string;
  /** Whether the DaemonSet should run a pod here. */
  readonly expected: Truth;
  readonly pod?: PodStatus;
  readonly release?: Identified;
  /** Whether it runs the newest revision; false where a pod is missing. */
  readonly updated: Truth;
  /** Whether its containers have started after the last change of their ConfigMaps (hazard H25). */
  readonly configCurrent: Truth;
  /** Whether it still needs the upgrade. */
  readonly todo: Truth;
  readonly notes: readonly StatusNote[];
}

export interface PodStatus {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly image: string;
  readonly created: string;
  readonly ready: boolean;
  readonly containersReady: number;
  readonly containers: number;
  readonly restarts: number;
  readonly lastRestart?: string;
  readonly revisionHash?: string;
}

export interface StatusNote {
  readonly id:
    | "silent"
    | "not-ready"
    | "missing"
    | "stuck"
    /** Under way: being pulled, started, ended. */
    | "under-way"
    | "wrong-revision"
    | "several-pods"
    | "churn"
    | "cordoned"
    | "lease"
    | "void-lease"
    | "unreadable-lease"
    | "stale-config"
    | "not-scheduled-here";
  readonly text: string;
}

export interface StatusProblem {
  readonly severity: "error" | "warning";
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
}

export interface UnreadResource {
  readonly what: string;
  readonly why: "forbidden" | "not served" | "failed";
  readonly message: string;
}

import type { Truth } from "../../model/reading.ts";
import { compareVersions, type Version } from "../../releases/version.ts";
import type { RouteStart } from "../route/route.ts";
import type { PlanStep } from "./plan.ts";

/** Where a cluster stands: what a plan is made from. */
export interface UpgradeStart extends RouteStart {
  /** The calico-node DaemonSet. */
  readonly namespace: string;
  readonly daemonSet: string;
  /** What runs now; undefined when the cluster was not asked. */
  readonly seen?: RunningReleases;
  /** The manifest of the target. */
  readonly file?: TargetFile;
}

/** Whether a step is done, and what says so. */
export type StepStatus = Pick<PlanStep, "state" | "because">;

/** Steps whose state a look at the cluster with the manifest at hand tells. */
export type FileStep = "expand" | "typha" | "controller" | "configmap" | "template" | "contract";

export interface TargetFile {
  /** As commands name it. */
  readonly name: string;
  /** Missing: the cluster was not asked, or the file has nothing for that step. */
  readonly status?: Readonly<Partial<Record<FileStep, StepStatus>>>;
}

/** The releases that an image can be part of; none: not known. */
export type Candidates = readonly Version[];

export interface RunningReleases {
  readonly template: Candidates;
  /** "none": there is none in this cluster; "unknown": it could not be read. */
  readonly controller: Candidates | "none" | "unknown";
  readonly typha: Candidates | "none" | "unknown";
  /** One entry for each node with a calico-node pod, or that should have one. */
  readonly nodes: readonly Candidates[];
  /** How many of them do not run the newest revision, or are still held by a run. */
  readonly behind: number;
  /** What gives calico-node its rights now; undefined: it could not be read. */
  readonly rights?: Rights;
  /** The migration of policies, looked at only where Calico is older than v2.4; undefined: it was not. */
  readonly policy?: StepStatus;
  /** Calico's data of ThirdPartyResources, looked at only where they are served; undefined: it was not. */
  readonly data?: StepStatus;
}

/** The ServiceAccount of calico-node and the ClusterRoles bound to it; none: there is no RBAC. */
export interface Rights {
  readonly serviceAccount: string;
  readonly clusterRoles: readonly string[];
}

/** A release on the way, which something newer has behind it; the last one is where everything has to be. */
export interface Aim {
  readonly to: Version;
  readonly isLast: boolean;
}

/** Whether something runs a release; on the way there also a newer one. */
export function hasReached(candidates: Candidates | "unknown", { to: release, isLast }: Aim): Truth {
  if (candidates === "unknown" || candidates.length === 0) return "unknown";
  // Newer than where all is to go is not there either.
  if (isLast && candidates.every((each) => compareVersions(each, release) > 0)) return false;
  const reached = candidates.filter((each) => compareVersions(each, release) >= 0);
  if (reached.length === candidates.length) return true;
  return reached.length === 0 ? false : "unknown";
}

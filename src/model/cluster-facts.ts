import type { KubeObject } from "./kube.ts";
import { listedKinds, type ListedKind } from "./listed-kinds.ts";
import type { Observed } from "./observed.ts";
import type { Reading } from "./reading.ts";
import type { RightFacts } from "./right.ts";
import type { ServedFacts } from "./served.ts";

export type ListedName = keyof typeof listedKinds;
type Picked<K extends ListedName> = NonNullable<ReturnType<(typeof listedKinds)[K]["pick"]>>;

/** The readings that are lists of one kind each. */
export type ListedFacts = { readonly [K in ListedName]: Reading<readonly Picked<K>[]> };

/** Objects that belong to an object of projectcalico.org, among the kinds that were listed (B24). */
export interface DependantFacts {
  /** Plurals that were listed, as `networkpolicies.networking.k8s.io`: others may have dependants too. */
  readonly resources: readonly string[];
  readonly found: readonly {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    /** `NetworkSet/allowed`. */
    readonly owner: string;
  }[];
}

/** Objects of the install, whole: what an apply of a file is judged by. No Secrets. */
export interface InstalledFacts {
  readonly objects: readonly KubeObject[];
  /** Objects that may be there and could not be read. */
  readonly unread: readonly { readonly object: string; readonly message: string }[];
}

/**
 * All that can be known of a cluster: one observation, each part known or unknown with its reason. A
 * command asks for the readings that its rules name; the others are "not asked".
 */
export interface ClusterFacts extends Observed, ListedFacts {
  readonly served: Reading<ServedFacts>;
  readonly dependants: Reading<DependantFacts>;
  /** Of the user who looked, for the steps that come; from access reviews. */
  readonly rights: Reading<readonly RightFacts[]>;
  /** Those that a file holds as well, or that upstream's manifests do. */
  readonly installed: Reading<InstalledFacts>;
}

/** A name of a reading. */
export type ReadingName = Exclude<keyof ClusterFacts, "serverVersion" | "now" | "ownPods">;

/** Complete by the compiler: a reading that is left out would never be saved. */
const unlisted: Readonly<Record<Exclude<ReadingName, ListedName>, true>> = {
  nodes: true,
  daemonSets: true,
  windowsSets: true,
  workloads: true,
  pods: true,
  revisions: true,
  configMaps: true,
  installation: true,
  events: true,
  served: true,
  dependants: true,
  rights: true,
  installed: true,
};

export const listedNames = Object.keys(listedKinds) as readonly ListedName[];

export const readingNames: readonly ReadingName[] = [
  ...(Object.keys(unlisted) as Exclude<ReadingName, ListedName>[]),
  ...listedNames,
];

/** What is kept of the objects of one kind. */
export function picked(kind: ListedKind<unknown>, objects: readonly KubeObject[]): readonly unknown[] {
  return objects.map((raw) => kind.pick(raw)).filter((facts) => facts !== undefined);
}

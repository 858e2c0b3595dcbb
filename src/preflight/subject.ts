import type { ManifestObject } from "../manifest/parse.ts";
import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { NeededRight } from "../model/right.ts";
import type { Reading } from "../model/reading.ts";
import type { Upstream } from "../releases/upstream.ts";
import type { Version } from "../releases/version.ts";

/** What is asked about a cluster: where it is to go, if anywhere. */
export interface Subject {
  /** The release asked for; undefined: none. Unknown: the manifest's images do not tell it. */
  readonly to?: Reading<Version>;
  /** Of -f. */
  readonly manifest?: TargetManifest;
  /** What the steps that lead there need; undefined: there are none. */
  readonly rights?: readonly NeededRight[];
  /** Upstream's manifests; undefined: nobody can distinguish what somebody has set from what upstream has. */
  readonly upstream?: Upstream;
}

/** A file that is to be applied: its objects, and what was read of them as if they were a cluster. */
export interface TargetManifest {
  readonly objects: readonly ManifestObject[];
  readonly facts: ClusterFacts;
}

import { userError } from "../../errors.ts";
import { calicoFacts } from "../../facts/calico.ts";
import { sharedDatastore } from "../../facts/daemonset.ts";
import { noCalico } from "../../facts/which.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { isTombstone } from "../../model/workload.ts";
import type { SeenReleases } from "../../policy/crossing.ts";
import type { Driver } from "../../policy/isolation.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import type { Identified } from "../../releases/release.ts";
import { releaseOfPod, releasesOfController } from "../../releases/running.ts";

export interface FoundCalico {
  readonly driver: Driver;
  readonly releases: SeenReleases;
  /** What runs, in words. */
  readonly text: string;
}

/** Which Calico enforces the policies. Throws UserError where that cannot be determined. */
export function findCalico(seen: ClusterFacts, catalogue: Catalogue): FoundCalico {
  const { all } = calicoFacts(seen, catalogue);
  if (!all.known) throw userError(`cannot tell which Calico runs: ${all.message}`);
  if (all.value.length === 0) throw userError(noCalico);
  // Policies are the whole cluster's: every DaemonSet counts.
  const driver = sharedDatastore(all.value);
  if (driver === "unknown") {
    throw userError(
      "which datastore Calico uses is not known, and the meaning of policies depends on it (kubectl calico-upgrade status)",
    );
  }
  // Nodes run what their pods run; the template only says what the next pod will.
  const running = all.value.flatMap(({ pods }): readonly Identified[] =>
    pods.known ? pods.value.map((pod) => releaseOfPod(pod, catalogue)) : [],
  );
  const identified = running.length > 0 ? running : all.value.map(({ release }) => release);
  const different = [...new Map(identified.map((each) => [each.text, each])).values()];
  const controllers = (seen.workloads.known ? seen.workloads.value : []).filter(
    (workload) => workload.component === "controller" && !isTombstone(workload),
  );
  return {
    driver,
    releases: {
      nodes: different.map(({ candidates }) => candidates),
      controllers: controllers.map(({ image }) => releasesOfController(image, catalogue)),
    },
    text: different.map(({ text }) => text).join(", "),
  };
}

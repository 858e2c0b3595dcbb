import { userError } from "../../errors.ts";
import { parseImage } from "../../model/image.ts";
import type { Observed } from "../../model/observed.ts";
import { calicoNodeContainer } from "../../model/template.ts";
import { isTombstone } from "../../model/workload.ts";
import type { SeenReleases } from "../../policy/crossing.ts";
import type { Driver } from "../../policy/isolation.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { identifyRelease } from "../../releases/release.ts";
import { releasesOfController } from "../../releases/running.ts";
import { upgradeStatus } from "../../render/status/build.ts";

export interface FoundCalico {
  readonly driver: Driver;
  readonly releases: SeenReleases;
  /** What runs, in words. */
  readonly text: string;
}

/** Which Calico enforces the policies. Throws UserError where that cannot be told. */
export function findCalico(seen: Observed, catalogue: Catalogue): FoundCalico {
  if (!seen.daemonSets.known) throw userError(`cannot tell which Calico runs: ${seen.daemonSets.message}`);
  const { daemonSets } = upgradeStatus(seen, catalogue);
  const drivers = new Set(daemonSets.map(({ datastore }) => datastore.type));
  const [driver] = drivers;
  if (driver === undefined)
    throw userError("no Calico found: no DaemonSet runs calico-node (kubectl calico-upgrade status)");
  if (drivers.size > 1 || driver === "unknown") {
    throw userError(
      "which datastore Calico uses is not known, and the meaning of policies depends on it (kubectl calico-upgrade status)",
    );
  }
  // Nodes run what their pods run; the template only says what the next pod will.
  const templates = seen.daemonSets.value.map(({ template }) => calicoNodeContainer(template)?.image ?? "");
  const names = new Set(
    seen.daemonSets.value.map(({ template }) => calicoNodeContainer(template)?.name ?? "calico-node"),
  );
  const running = (seen.pods.known ? seen.pods.value : []).flatMap(({ containers }) =>
    containers.filter(({ name }) => names.has(name)).map(({ image }) => image),
  );
  const images = [...new Set(running.length > 0 ? running : templates)];
  const identified = images.map((image) => identifyRelease(parseImage(image), [], catalogue));
  const controllers = (seen.workloads.known ? seen.workloads.value : []).filter(
    (workload) => workload.component === "controller" && !isTombstone(workload),
  );
  return {
    driver,
    releases: {
      nodes: identified.map(({ candidates }) => candidates),
      controllers: controllers.map(({ image }) => releasesOfController(image, catalogue)),
    },
    text: [...new Set(identified.map(({ text }) => text))].join(", "),
  };
}

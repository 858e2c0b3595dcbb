import { userError } from "../../errors.ts";
import { parseImage } from "../../model/image.ts";
import type { Candidates, Seen, Standing } from "../../plan/upgrade/standing.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releasesOfImage, type Identified } from "../../releases/release.ts";
import { compareVersions, parseVersion, versionOf, type Version } from "../../releases/version.ts";
import type { UpgradeStatus } from "../../render/status/kind.ts";
import type { Told } from "./told.ts";

/** Where the cluster stands, what the flags say going first. Throws what keeps a plan from being made. */
export function standingOf(
  status: UpgradeStatus,
  told: Told,
  more: {
    readonly workloadsKnown: boolean;
    readonly oldGroupServed: boolean;
    /** UIDs of pods whose calico-node has never started: what they ask for runs nowhere. */
    readonly idle: ReadonlySet<string>;
  },
): Standing {
  const set = theDaemonSet(status);
  const started = status.nodes.filter(({ pod }) => pod === undefined || !more.idle.has(pod.uid));
  const seen = seenOf(status, set.release, more.workloadsKnown);
  const datastore = told.datastore ?? set.datastore.type;
  if (datastore === "unknown")
    throw userError("which datastore Calico uses is not known; say it with --datastore=etcd|kubernetes");
  const unclear = started.some(({ pod, release }) => pod !== undefined && !release?.candidates.length);
  const from = told.from ?? (unclear ? undefined : oldest(seen));
  if (from === undefined) {
    const texts = [...new Set([set.release.text, ...started.flatMap(({ release }) => release?.text ?? [])])];
    throw userError(
      `which Calico release runs is not known: its images say ${texts.join(", ")}; say it with --from=VERSION`,
    );
  }
  const { kubernetes } = status.cluster;
  const server = parseVersion(kubernetes);
  return {
    from,
    datastore,
    kubernetes: told.kubernetes ?? (server?.major === 1 ? server.minor : "unknown"),
    canal: set.flavour === "canal",
    typha: seen.typha === "unknown" ? "unknown" : seen.typha !== "none",
    ebpf: "unknown",
    vxlan: "unknown",
    namespace: set.namespace,
    daemonSet: set.name,
    seen,
    ...(kubernetes === "" ? {} : { oldGroupServed: more.oldGroupServed }),
  };
}

function theDaemonSet({ install, daemonSets }: UpgradeStatus): UpgradeStatus["daemonSets"][number] {
  if (install.procedure !== undefined) throw userError(install.procedure);
  const [set, ...others] = daemonSets;
  if (set === undefined) {
    throw userError(
      "no DaemonSet runs calico-node here; without a cluster, --from and --datastore say what is planned for",
    );
  }
  if (others.length === 0) return set;
  const names = daemonSets.map(({ namespace, name }) => `${namespace}/${name}`);
  throw userError(
    `several DaemonSets run calico-node: ${names.join(", ")}; name one with --daemonset=NAMESPACE/NAME`,
  );
}

function seenOf(status: UpgradeStatus, template: Identified, workloadsKnown: boolean): Seen {
  const component = (name: "controller" | "typha"): Candidates | "none" | "unknown" => {
    if (!workloadsKnown) return "unknown";
    const running = status.components.find((each) => each.component === name && each.desired > 0);
    return running === undefined
      ? "none"
      : releasesOfImage(parseImage(running.image), catalogue).map(versionOf);
  };
  return {
    template: candidatesOf(template),
    controller: component("controller"),
    typha: component("typha"),
    nodes: status.nodes
      .filter(({ pod, expected }) => pod !== undefined || expected === true)
      .map(({ release }) => (release === undefined ? [] : candidatesOf(release))),
  };
}

function candidatesOf(release: Identified): Candidates {
  return release.candidates.flatMap((name) => parseVersion(name) ?? []);
}

/** The oldest release that anything runs; undefined when no node image says. */
function oldest({ nodes, template, controller }: Seen): Version | undefined {
  const running = nodes.filter((each) => each.length > 0);
  if (running.length === 0 && template.length === 0) return undefined;
  const nodeReleases = (running.length === 0 ? [template] : running).map(earliest);
  const least = nodeReleases.reduce(older);
  if (controller === "none" || controller === "unknown" || controller.length === 0) return least;
  const last = controller.reduce((a, b) => (compareVersions(a, b) > 0 ? a : b));
  return older(least, last);
}

function earliest(candidates: Candidates): Version {
  return candidates.reduce(older);
}

function older(a: Version, b: Version): Version {
  return compareVersions(a, b) <= 0 ? a : b;
}

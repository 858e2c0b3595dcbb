import type { KubeObject } from "../../model/kube.ts";
import { parseImage } from "../../model/image.ts";
import { calicoNodeContainer, templateFacts } from "../../model/template.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { releasesOfImage } from "../../releases/release.ts";
import { atLeast, compareVersions, versionOf, type Version } from "../../releases/version.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** Why a run cannot be taken back at all: a boundary that Calico crosses one way (hazard H03). */
export function boundaryOf(targets: readonly UndoTarget[]): string | undefined {
  const ipam = targets.map(({ before, live }) => [ipamOf(before), ipamOf(live)] as const);
  if (ipam.some(([was, is]) => was === "host-local" && is === "calico-ipam")) {
    return "H03: addresses went from host-local to calico-ipam with this run: pods that calico-ipam gave theirs would lose them; there is no way back by undo";
  }
  const [from, to] = releases(targets);
  if (from === undefined || to === undefined) return undefined;
  if (atLeast(from, "v3.0.0") && !atLeast(to, "v3.0.0")) {
    return `H03: between ${to.text} and ${from.text} Calico's data is converted one way: run calico-upgrade abort and follow Calico's downgrade procedure; undo does not go over it`;
  }
  if (atLeast(from, "v3.32.0") && !atLeast(to, "v3.32.0")) {
    return `H03: ${from.text} renames policies in Calico's data, which ${to.text} would not find again; undo does not go over it`;
  }
  return undefined;
}

/** P11: Calico documents no way down. Named before the first write; undefined where no release changes. */
export function downgradeOf(targets: readonly UndoTarget[]): string | undefined {
  const [from, to] = releases(targets);
  if (from === undefined || to === undefined || compareVersions(to, from) >= 0) return undefined;
  return `P11: from ${from.text} back to ${to.text} is a downgrade, which Calico does not document; each node is checked as in an upgrade`;
}

/** What calico-node is now, and what it was before the run. */
function releases(targets: readonly UndoTarget[]): readonly [Version | undefined, Version | undefined] {
  // Not one that the run added for other nodes.
  const node = targets.find(({ part, before }) => part === "node" && before !== undefined);
  return [releaseOf(node?.live), releaseOf(node?.before)];
}

function releaseOf(object: KubeObject | undefined): Version | undefined {
  const spec = object?.["spec"] as { readonly template?: unknown } | undefined;
  const image = calicoNodeContainer(templateFacts(spec?.template))?.image;
  const [release] = image === undefined ? [] : releasesOfImage(parseImage(image), catalogue);
  return release === undefined ? undefined : versionOf(release);
}

function ipamOf(object: KubeObject | undefined): string | undefined {
  const data = object?.["data"] as Readonly<Record<string, string>> | undefined;
  const config = data?.["cni_network_config"];
  return config === undefined ? undefined : /"type":\s*"(host-local|calico-ipam)"/.exec(config)?.[1];
}

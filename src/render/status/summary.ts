import { rollsText } from "../../model/rolls.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import { humanDuration } from "../duration.ts";
import type { DaemonSetStatus, InstallStatus, UpgradeStatus } from "./kind.ts";
import { plural, some } from "../../model/words.ts";
import { sh } from "../../model/shell.ts";

/** Lines about one subject, behind its label. */
export type SummaryRow = readonly [label: string, lines: readonly string[]];

/** How wide the labels are. */
export const labelWidth = 12;

/**
 * The lines above the tables: what this cluster is, how far an upgrade has come, what is wrong. `flags`: what names the
 * cluster in a command.
 */
export function summaryLines(status: UpgradeStatus, flags: readonly string[] = []): readonly string[] {
  return summaryRows(status, flags).flatMap(([label, lines]) =>
    lines.map((line, index) => `${(index === 0 ? `${label}:` : "").padEnd(labelWidth)}${line}`),
  );
}

export function summaryRows(status: UpgradeStatus, flags: readonly string[]): readonly SummaryRow[] {
  const now = parseTime(status.cluster.observed) ?? 0;
  return [
    ["Cluster", [clusterLine(status)]],
    ["Install", installLines(status.install)],
    ["Datastore", forEach(status, datastoreLine)],
    ["Network", forEach(status, networkLine)],
    ["Edited", forEach(status, (set) => editLines(set, now))],
    ["Windows", windowsLines(status)],
    ["Upgrade", forEach(status, upgradeLine)],
    ["Pinned", forEach(status, (set) => pinnedLines(set, flags))],
    ["Run", forEach(status, (set) => runLine(set, now, flags))],
    [
      "Wrong",
      status.problems.flatMap(({ message, hint }) => [message, ...(hint === undefined ? [] : [`  ${hint}`])]),
    ],
    ["Unknown", status.unread.map(({ what, why }) => `${what} (${why})`)],
  ];
}

/** A line about each DaemonSet; it is named where there are several (hazard H20). */
function forEach(
  { daemonSets }: UpgradeStatus,
  say: (set: DaemonSetStatus) => readonly string[] | string | undefined,
): readonly string[] {
  return daemonSets.flatMap((set) => {
    const said = say(set) ?? [];
    const lines = typeof said === "string" ? [said] : said;
    return daemonSets.length === 1 ? lines : lines.map((line) => `${set.namespace}/${set.name}: ${line}`);
  });
}

function clusterLine({ cluster, daemonSets, nodes, install }: UpgradeStatus): string {
  const kubernetes = cluster.kubernetes === "" ? "Kubernetes" : `Kubernetes ${cluster.kubernetes}`;
  if (install.kind === "none") return kubernetes;
  const counts = new Map<string, number>();
  for (const { release } of nodes)
    if (release !== undefined) counts.set(release.text, (counts.get(release.text) ?? 0) + 1);
  const names = [...counts.keys()];
  const runs =
    names.length === 0
      ? daemonSets.map(({ release }) => release.text)
      : names.map((name) =>
          names.length === 1 ? name : `${name} (${plural(counts.get(name) ?? 0, "node")})`,
        );
  return runs.length === 0 ? kubernetes : `${kubernetes}, Calico ${runs.join(", ")}`;
}

const installs: Readonly<Record<InstallStatus["kind"], string>> = {
  none: "no Calico found",
  manifest: "from a manifest",
  helm: "by Helm",
  operator: "by the Tigera operator",
  migrating: "between a manifest install and the Tigera operator",
  distribution: "by the Kubernetes distribution",
  several: "several calico-node DaemonSets; --daemonset NAMESPACE/NAME shows one",
  unknown: "unknown",
};

/** What a user who sees no Calico has to know: what was looked for. */
const lookedFor =
  "looked in all namespaces for a DaemonSet with a container calico-node or an image calico/node (mirrors included), and for the operator's Installation";

function installLines({ kind, flavour, owners, evidence, procedure }: InstallStatus): readonly string[] {
  if (kind === "none") return [installs.none, lookedFor];
  const names = owners.map(({ name, evidence: mark }) => `${name} (${mark})`);
  const how = kind === "distribution" && names.length > 0 ? "from" : installs[kind];
  const by = names.length === 0 ? "" : `${kind === "distribution" ? " " : ", "}${names.join(", ")}`;
  const shown = flavour === "canal" ? "canal (Calico's policy, flannel's network) " : "";
  const why = kind === "migrating" || kind === "several" ? ` (${evidence.join("; ")})` : "";
  return [`${shown}${how}${by}${why}`, ...(procedure === undefined ? [] : [procedure])];
}

function datastoreLine({ datastore, backend }: DaemonSetStatus): string {
  const [evidence] = datastore.evidence;
  const network =
    backend === "bird" || backend === "gobgp"
      ? `BGP by ${backend}`
      : backend === "unknown"
        ? "network backend unknown"
        : `no BGP (backend ${backend})`;
  return `${datastore.type}${evidence === undefined ? "" : ` (${evidence})`}, ${network}`;
}

function windowsLines({ windows, install }: UpgradeStatus): readonly string[] {
  if (windows === undefined) return [];
  const { daemonSets, unserved } = windows;
  // Its owner upgrades it along.
  const alone = daemonSets.length > 0 && install.procedure === undefined;
  return [
    ...daemonSets.map(({ namespace, name, version, nodes }) => {
      const served = nodes === "unknown" ? "nodes that are unknown" : servedText(nodes);
      return `DaemonSet ${namespace}/${name} (${version}) serves ${served}`;
    }),
    ...(alone ? ["  not upgraded with calico-node: apply the new release's manifest for Windows"] : []),
    ...(unserved === "unknown" || unserved.length === 0
      ? []
      : [`no DaemonSet of Calico serves ${servedText(unserved)}; what runs there is unknown`]),
  ];
}

function servedText(nodes: readonly string[]): string {
  return nodes.length === 0 ? "no node" : `${plural(nodes.length, "node")} (${some(nodes, 5)})`;
}

const dataplanes = { ebpf: "eBPF", iptables: "iptables", nftables: "nftables", unknown: "unknown" };

function networkLine({ network, flavour }: DaemonSetStatus): string {
  const { policyOnly, dataplane, encapsulation, unknown } = network;
  const carried = encapsulation === "unknown" || encapsulation.length > 0 ? encapsulation : ["no IP pool"];
  const pods =
    policyOnly === true
      ? `policy only (${flavour === "canal" ? "flannel" : "another network plugin"} connects the pods)`
      : `encapsulation ${carried === "unknown" ? carried : carried.join(" and ")}`;
  return `${pods}, dataplane ${dataplanes[dataplane]}${unknown === undefined ? "" : ` (${unknown})`}`;
}

function editLines({ edits }: DaemonSetStatus, now: Millis): readonly string[] {
  return edits.map(({ by, at, fields }) => {
    const time = parseTime(at);
    const when = time === undefined ? "" : ` ${humanDuration(now - time)} ago (${at ?? ""})`;
    return `the template, with ${by}${when}: ${some(fields)}`;
  });
}

function upgradeLine({ nodes, revision, release, strategy }: DaemonSetStatus): string {
  const { total, updated, unknown, outdated, missing, ready } = nodes;
  const old = outdated - missing;
  const newest =
    revision === undefined
      ? "the newest revision"
      : `revision ${revision.number}, the newest (${release.text})`;
  if (total === 0) return `no node is known to run it; it would get ${release.text}`;
  if (updated === total) {
    const down = ready === total ? "" : `, and calico-node is Ready on ${ready} of them`;
    return `${total === 1 ? "the one node runs" : `all ${total} nodes run`} ${newest}${down}`;
  }
  const rest = [
    old === 0 ? "" : `${old} still to do`,
    missing === 0 ? "" : `${missing} without ${missing === 1 ? "its pod" : "their pods"}`,
    unknown === 0 ? "" : `${unknown} unknown`,
  ].filter((part) => part !== "");
  const hint = strategy === "OnDelete" && old > 0 ? "; none restarts by itself (OnDelete)" : "";
  return `${updated} of ${plural(total, "node")} on ${newest}; ${rest.join(", ")}${hint}`;
}

function pinnedLines(
  { pinned, name, namespace, strategy }: DaemonSetStatus,
  flags: readonly string[],
): readonly string[] {
  if (pinned === undefined) return [];
  const back = pinned === "unreadable" ? "the strategy of its unreadable annotation" : pinned.type;
  return [
    `to ${strategy} until every node that is not silent runs the newest revision; then ${back} goes back (now: ${sh`kubectl calico-upgrade node --unpin ${flags}`})`,
    `until then, don't kubectl apply DaemonSet ${sh`${namespace}/${name}`}: ${rollsText(pinned)}`,
  ];
}

function runLine({ run }: DaemonSetStatus, now: Millis, flags: readonly string[]): string | undefined {
  if (run === undefined || run.state === "ended") return undefined;
  if (run.state === "unreadable")
    return `its lease cannot be read; ${sh`kubectl calico-upgrade node NODE --take-over ${flags}`} continues in its place`;
  const renewed = parseTime(run.renewed);
  const seen = renewed === undefined ? "" : ` (seen ${humanDuration(now - renewed)} ago)`;
  const target =
    run.on === "controller"
      ? " (its controller)"
      : run.revision === undefined
        ? ""
        : ` towards revision ${run.revision}`;
  return run.state === "working"
    ? `${run.holder ?? ""} works on it${target}${seen}`
    : `${run.holder ?? ""} left it unfinished${target}${seen}; the same command continues it`;
}

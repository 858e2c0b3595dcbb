import type { ClusterFacts } from "../model/cluster-facts.ts";
import type { NamespacedName } from "../model/kube.ts";
import type { Truth } from "../model/reading.ts";
import type { Catalogue } from "../releases/catalogue.ts";
import { calicoFacts, type CalicoFacts } from "./calico.ts";
import type { Install } from "./install.ts";
import { calicoNodes, type CalicoNode } from "./nodes.ts";
import { problemsOf, type Problem } from "./problems.ts";
import { progressOf, type DaemonSetProgress } from "./progress.ts";
import { unreadOf, type Unread } from "./unread.ts";
import { isNamed } from "./which.ts";
import { windowsFacts, type WindowsFacts } from "./windows.ts";

/** Which part of the cluster is asked for. */
export interface UpgradeScope {
  /** Node names; empty: all. */
  readonly nodes: readonly string[];
  /** One DaemonSet; undefined: all (hazard H20). */
  readonly daemonSet?: NamespacedName;
}

/** How far an upgrade has come. Counts and problems are of the whole cluster, nodes those asked for. */
export interface UpgradeState {
  readonly cluster: ClusterFacts;
  readonly calico: CalicoFacts;
  /** The calico-node DaemonSets, normally one (hazard H20). */
  readonly daemonSets: readonly DaemonSetProgress[];
  readonly nodes: readonly CalicoNode[];
  /** Every node asked for that should run calico-node runs the newest revision, Ready, released. */
  readonly done: Truth;
  readonly problems: readonly Problem[];
  readonly windows: WindowsFacts;
  readonly unread: readonly Unread[];
}

export function upgradeState(
  cluster: ClusterFacts,
  catalogue: Catalogue,
  { nodes: names, daemonSet }: UpgradeScope = { nodes: [] },
): UpgradeState {
  const calico = calicoFacts(cluster, catalogue, daemonSet);
  const all = calico.all.known ? calico.all.value : [];
  const sets = all.filter((set) => daemonSet === undefined || isNamed(set, daemonSet));
  const every = calicoNodes(
    sets.map((set) => set.daemonSet),
    cluster,
    catalogue,
  );
  const daemonSets = sets.map((set) => progressOf(set, every, cluster));
  const nodes = names.length === 0 ? every : every.filter(({ name }) => names.includes(name));
  const settled = cluster.nodes.known && daemonSets.every(({ revision }) => revision !== undefined);
  return {
    cluster,
    calico,
    daemonSets,
    nodes,
    done: isDone(nodes, calico.installSeen, settled),
    problems: problemsOf(daemonSets, every, cluster, catalogue),
    windows: windowsFacts(cluster),
    unread: unreadOf(cluster),
  };
}

/** Without a node to judge nothing can be done: a cluster without Calico is never finished. */
function isDone(nodes: readonly CalicoNode[], install: Install, settled: boolean): Truth {
  if (install.kind === "none") return false;
  if (nodes.some(({ todo }) => todo === true)) return false;
  if (nodes.some(({ todo }) => todo === "unknown") || !settled) return "unknown";
  return nodes.some(({ daemonSet }) => daemonSet !== undefined);
}

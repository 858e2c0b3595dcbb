import { installKind, type Install } from "../../model/install.ts";
import type { Observed } from "../../model/observed.ts";
import type { Reading, Truth } from "../../model/reading.ts";
import { formatTime } from "../../model/time.ts";
import type { Catalogue } from "../../releases/catalogue.ts";
import { componentStatuses } from "./components.ts";
import { daemonSetStatus } from "./daemonset-status.ts";
import type { NodeStatus, Unread, UpgradeStatus } from "./kind.ts";
import { nodeStatuses } from "./node-status.ts";
import { problemsOf } from "./problems.ts";
import { procedureFor } from "./procedure.ts";

/** Which part of the cluster is asked for. */
export interface StatusScope {
  /** Node names; empty: all. */
  readonly nodes: readonly string[];
  /** namespace/name of one DaemonSet; undefined: all (hazard H20). */
  readonly daemonSet?: string;
}

/** Facts to UpgradeStatus. Counts and problems are of the whole cluster, rows of the nodes asked for. */
export function upgradeStatus(
  observed: Observed,
  catalogue: Catalogue,
  scope: StatusScope = { nodes: [] },
): UpgradeStatus {
  const all = observed.daemonSets.known ? observed.daemonSets.value : [];
  const chosen = all.filter(
    ({ namespace, name }) => scope.daemonSet === undefined || scope.daemonSet === `${namespace}/${name}`,
  );
  const daemonSets =
    observed.daemonSets.known && scope.daemonSet !== undefined
      ? { known: true as const, value: chosen }
      : observed.daemonSets;
  const install = installKind({ ...observed, daemonSets });
  const events = observed.events.known ? observed.events.value : [];
  const every = nodeStatuses(chosen, { observed, catalogue, events });
  const nodes = scope.nodes.length === 0 ? every : every.filter(({ name }) => scope.nodes.includes(name));
  const statuses = chosen.map((daemonSet) => daemonSetStatus(daemonSet, every, observed, catalogue));
  const procedure = procedureFor(install);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "UpgradeStatus",
    cluster: { kubernetes: observed.serverVersion, observed: formatTime(observed.now) },
    install: { ...install, ...(procedure === undefined ? {} : { procedure }) },
    daemonSets: statuses,
    components: componentStatuses(chosen, observed.workloads.known ? observed.workloads.value : []),
    nodes,
    done: isDone(
      nodes,
      install,
      observed.nodes.known && statuses.every(({ revision }) => revision !== undefined),
    ),
    problems: problemsOf(chosen, statuses, every, observed, catalogue),
    unread: unread(observed),
  };
}

/** Without a node to judge nothing can be done: a cluster without Calico is never finished. */
function isDone(nodes: readonly NodeStatus[], install: Install, settled: boolean): Truth {
  if (install.kind === "none") return false;
  if (nodes.some(({ todo }) => todo === true)) return false;
  if (nodes.some(({ todo }) => todo === "unknown") || !settled) return "unknown";
  return nodes.some(({ daemonSet }) => daemonSet !== undefined);
}

function unread(observed: Observed): readonly Unread[] {
  const readings: Readonly<Record<string, Reading<unknown>>> = {
    nodes: observed.nodes,
    daemonsets: observed.daemonSets,
    pods: observed.pods,
    controllerrevisions: observed.revisions,
    "deployments and replicasets": observed.workloads,
    configmaps: observed.configMaps,
    installations: observed.installation,
    events: observed.events,
  };
  return Object.entries(readings).flatMap(([what, reading]) =>
    reading.known || reading.why === "not asked"
      ? []
      : [{ what, why: reading.why, message: reading.message }],
  );
}

import { procedureFor } from "../../facts/procedure.ts";
import type { UpgradeState } from "../../facts/upgrade.ts";
import { formatTime } from "../../model/time.ts";
import { componentStatuses } from "./components.ts";
import { daemonSetStatus } from "./daemonset-status.ts";
import type { UpgradeStatus } from "./kind.ts";
import { nodeStatus } from "./node-status.ts";
import { problemText } from "./problem-text.ts";
import { windowsStatus } from "./windows-status.ts";

/**
 * How far an upgrade has come, as the JSON kind that the tables are printed from. `flags`: what names the cluster in a
 * command, quoted.
 */
export function upgradeStatus(
  { cluster, calico, daemonSets, nodes, done, problems, windows: onWindows, unread }: UpgradeState,
  flags: readonly string[] = [],
): UpgradeStatus {
  const { installSeen: install } = calico;
  const procedure = procedureFor(install);
  const windows = windowsStatus(onWindows);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "UpgradeStatus",
    cluster: { kubernetes: cluster.serverVersion, observed: formatTime(cluster.now) },
    install: {
      ...install,
      owners: install.owners.map(({ byName: _internal, ...owner }) => owner),
      ...(procedure === undefined ? {} : { procedure }),
    },
    daemonSets: daemonSets.map(daemonSetStatus),
    ...(windows === undefined ? {} : { windows }),
    components: componentStatuses(
      daemonSets,
      windows?.daemonSets ?? [],
      cluster.workloads.known ? cluster.workloads.value : [],
    ),
    nodes: nodes.map((node) => nodeStatus(node, cluster.now)),
    done,
    problems: problems.map((problem) => problemText(problem, flags)),
    unread,
  };
}

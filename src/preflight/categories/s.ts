import type { ClusterRule } from "../cluster-rule.ts";
import { nodesReady } from "../rules/s01-nodes-ready.ts";
import { calicoReady } from "../rules/s02-calico-ready.ts";
import { restarts } from "../rules/s03-restarts.ts";
import { componentsReady } from "../rules/s04-components-ready.ts";
import { rights } from "../rules/s05-rights.ts";
import { pinned } from "../rules/s06-pinned.ts";
import { oneRevision } from "../rules/s07-one-revision.ts";
import { budgets } from "../rules/s08-budgets.ts";
import { typhaRoom } from "../rules/s09-typha-room.ts";
import { cpuRoom } from "../rules/s10-cpu-room.ts";
import { accounts } from "../rules/s11-accounts.ts";
import { oneRelease } from "../rules/s12-one-release.ts";

/** Whether the cluster is healthy enough to touch. */
export const healthRules: readonly ClusterRule[] = [
  nodesReady,
  calicoReady,
  restarts,
  componentsReady,
  rights,
  pinned,
  oneRevision,
  budgets,
  typhaRoom,
  cpuRoom,
  accounts,
  oneRelease,
];

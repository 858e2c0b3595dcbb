import type { Need } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { CalicoFacts } from "../../facts/calico.ts";
import { upgradeState } from "../../facts/upgrade.ts";
import type { Account } from "../../model/rbac.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { observedStart } from "../../plan/upgrade/upgrade-start-of.ts";
import type { UpgradeStart, TargetFile, StepStatus as PlanTold } from "../../plan/upgrade/upgrade-start.ts";
import { boundary } from "../../policy/enforcement.ts";
import { moreOf } from "../../preflight/circumstances.ts";
import { catalogue, withStatedRelease } from "../../releases/catalogue.ts";
import { atLeast } from "../../releases/version.ts";
import { basicNeeds } from "../../preflight/needs.ts";
import { unreadLines } from "../../render/status/unread.ts";
import { chosenOf } from "../which-calico.ts";
import type { FactsSource } from "../facts/source.ts";
import { nameIn, refuseMismatch, type PlanFile } from "./file.ts";
import { lookAtFile } from "./look-at-file.ts";
import { mayCross, policyMigrationStatus } from "./policy-migration-status.ts";
import { rightsIn } from "./rights.ts";
import type { PlanOverrides } from "./overrides.ts";

const needs: readonly Need[] = [
  ...basicNeeds,
  "served",
  "clusterRoleBindings",
  // Whether the eBPF dataplane or VXLAN is in use: R12 and R17 hold only there.
  "felixConfigurations",
  "ipPools",
];
const policyNeeds: readonly Need[] = ["namespaces", "networkPolicies"];

/** How a plan looks at what runs. */
export interface StartSource {
  readonly source: FactsSource;
  /** Undefined: the only one. */
  readonly daemonSet: { readonly namespace: string; readonly name: string } | undefined;
  readonly warn: (text: string) => void;
  /** Hears what could not be read, a line each. */
  readonly unread: (line: string) => void;
}

/** Looks at the cluster, or at a facts file; what could not be read is reported, and unknown in the plan. */
export async function observeStart(
  overrides: PlanOverrides,
  file: PlanFile | undefined,
  { source, daemonSet: named, warn, unread }: StartSource,
): Promise<UpgradeStart> {
  const { connection, read } = source;
  const observed = await read(needs);
  const known = withStatedRelease(catalogue, file?.set?.image, overrides.to);
  const state = upgradeState(observed, known, {
    nodes: [],
    ...(named === undefined ? {} : { daemonSet: named }),
  });
  const { calico } = state;
  for (const line of unreadLines(state.unread)) unread(line);
  if (!observed.daemonSets.known) {
    throw userError(
      "what Calico runs here could not be read; without a cluster, --from and --datastore say what is planned for",
    );
  }
  const { datastoreSigns: signs } = calico;
  if (signs.known && (signs.value.both || signs.value.disagreement)) {
    warn(
      `the datastore is not clear: ${signs.value.evidence.join("; ")}; an unfinished migration, or a broken edit`,
    );
  }
  const start = chosenOf(observedStart(state, overrides, known));
  if (file !== undefined) refuseMismatch(file, start);
  const chosen = { namespace: start.namespace, name: start.daemonSet };
  const hasOldData = start.oldGroupServed === true && !atLeast(start.from, "v2.5.0");
  const [policy, data, target] = await Promise.all([
    mayCross(start) ? policyState(calico, start, read) : undefined,
    connection !== undefined && hasOldData && start.datastore === "kubernetes"
      ? import("./data-migration-status.ts").then(({ dataMigrationStatus }) =>
          dataMigrationStatus(connection),
        )
      : undefined,
    file?.set === undefined ? undefined : targetFile(connection, file, chosen),
  ]);
  const rights = rightsIn(observed, accountOf(chosenOf(calico.daemonSet)));
  const { seen } = start;
  return {
    ...start,
    ...moreOf({ ...observed, daemonSet: calico.daemonSet }),
    ...(seen === undefined
      ? {}
      : {
          seen: {
            ...seen,
            ...(rights === undefined ? {} : { rights }),
            ...(policy === undefined ? {} : { policy }),
            ...(data === undefined ? {} : { data }),
          },
        }),
    ...(target === undefined ? {} : { file: target }),
  };
}

/** With etcd the upgraded controller has given policies their meaning, while nodes are still old (P02). */
async function policyState(
  { enforcing }: Pick<CalicoFacts, "enforcing">,
  { datastore }: Pick<UpgradeStart, "datastore">,
  read: (needs: readonly Need[]) => Promise<ClusterFacts>,
): Promise<PlanTold> {
  if (datastore === "etcd" && enforcing.known && atLeast(enforcing.value, boundary(datastore)))
    return {
      state: "done",
      because: `the controller of ${enforcing.value.text} gives policies their v1 meaning already`,
    };
  return policyMigrationStatus(await read(policyNeeds));
}

/** A facts file does not hold the objects that a manifest is compared with. */
async function targetFile(
  connection: Connection | undefined,
  file: PlanFile,
  chosen: { readonly namespace: string; readonly name: string },
): Promise<TargetFile> {
  return connection === undefined ? { name: nameIn(file) } : await lookAtFile(connection, file, chosen);
}

function accountOf({ namespace, template }: DaemonSetFacts): Account {
  return { namespace, name: template.serviceAccount ?? "default" };
}

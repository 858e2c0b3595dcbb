import type { Need } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { Account } from "../../model/rbac.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { Observed } from "../../model/observed.ts";
import { hasNotStarted } from "../../model/pod.ts";
import { truthOf } from "../../model/reading.ts";
import type { Standing, TargetFile, Told as PlanTold } from "../../plan/upgrade/standing.ts";
import { boundary } from "../../policy/enforcement.ts";
import { preflightFacts, type PreflightFacts } from "../../preflight/facts.ts";
import { catalogue, withTold } from "../../releases/catalogue.ts";
import { atLeast } from "../../releases/version.ts";
import { upgradeStatus } from "../../render/status/build.ts";
import { unreadLines } from "../../render/status/unread.ts";
import type { FactsSource } from "../facts/source.ts";
import { nameIn, refuseMismatch, type PlanFile } from "./file.ts";
import { lookAtFile } from "./look-at-file.ts";
import { mayCross, policyTold } from "./policy-told.ts";
import { rightsIn } from "./rights.ts";
import { standingOf } from "./standing.ts";
import type { Told } from "./told.ts";

const needs: readonly Need[] = [
  "nodes",
  "daemonSets",
  "pods",
  "revisions",
  "workloads",
  "configMaps",
  "installation",
  "served",
  "clusterRoleBindings",
  // Whether the eBPF dataplane or VXLAN is in use: R12 and R17 hold only there.
  "felixConfigurations",
  "ipPools",
];
const policyNeeds: readonly Need[] = ["namespaces", "networkPolicies"];

/** How a plan looks at what runs. */
export interface StandingLook {
  readonly source: FactsSource;
  /** Undefined: the only one. */
  readonly daemonSet: { readonly namespace: string; readonly name: string } | undefined;
  readonly warn: (text: string) => void;
  /** Hears what could not be read, a line each. */
  readonly unread: (line: string) => void;
}

/** Looks at the cluster, or at a facts file; what could not be read is told, and unknown in the plan. */
export async function observeStanding(
  told: Told,
  file: PlanFile | undefined,
  { source, daemonSet: named, warn, unread }: StandingLook,
): Promise<Standing> {
  const { connection, read } = source;
  const observed = await read(needs);
  const known = withTold(catalogue, file?.set?.image, told.to);
  const status = upgradeStatus(observed, known, {
    nodes: [],
    ...(named === undefined ? {} : { daemonSet: `${named.namespace}/${named.name}` }),
  });
  for (const line of unreadLines(status)) unread(line);
  if (!observed.daemonSets.known) {
    throw userError(
      "what Calico runs here could not be read; without a cluster, --from and --datastore say what is planned for",
    );
  }
  const [set] = status.daemonSets;
  if (set?.datastore.both === true || set?.datastore.disagreement === true) {
    warn(
      `the datastore is not clear: ${set.datastore.evidence.join("; ")}; an unfinished migration, or a broken edit`,
    );
  }
  const { served } = observed;
  const standing = standingOf(status, told, {
    workloadsKnown: observed.workloads.known,
    oldGroupServed: served.known && served.value.groupVersions.includes("projectcalico.org/v1"),
    idle: new Set(
      (observed.pods.known ? observed.pods.value : []).filter(hasNotStarted).map(({ uid }) => uid),
    ),
  });
  if (file !== undefined) refuseMismatch(file, standing);
  const chosen = { namespace: standing.namespace, name: standing.daemonSet };
  const hasOldData = standing.oldGroupServed === true && !atLeast(standing.from, "v2.5.0");
  const facts = preflightFacts(observed, known, `${chosen.namespace}/${chosen.name}`);
  const [policy, data, target] = await Promise.all([
    mayCross(standing) ? policyState(facts, standing, read) : undefined,
    connection !== undefined && hasOldData && standing.datastore === "kubernetes"
      ? import("./data-told.ts").then(({ dataTold }) => dataTold(connection))
      : undefined,
    file?.set === undefined ? undefined : targetFile(connection, file, chosen),
  ]);
  const { ebpf, vxlan } = facts;
  const rights = rightsIn(observed, accountOf(observed, chosen));
  const { seen } = standing;
  return {
    ...standing,
    ebpf: truthOf(ebpf),
    vxlan: truthOf(vxlan),
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
  { enforcing }: Pick<PreflightFacts, "enforcing">,
  { datastore }: Pick<Standing, "datastore">,
  read: (needs: readonly Need[]) => Promise<ClusterFacts>,
): Promise<PlanTold> {
  if (datastore === "etcd" && enforcing.known && atLeast(enforcing.value, boundary(datastore)))
    return {
      state: "done",
      because: `the controller of ${enforcing.value.text} gives policies their v1 meaning already`,
    };
  return policyTold(await read(policyNeeds));
}

/** A facts file does not hold the objects that a manifest is compared with. */
async function targetFile(
  connection: Connection | undefined,
  file: PlanFile,
  chosen: { readonly namespace: string; readonly name: string },
): Promise<TargetFile> {
  return connection === undefined ? { name: nameIn(file) } : await lookAtFile(connection, file, chosen);
}

function accountOf(
  { daemonSets }: Observed,
  chosen: { readonly namespace: string; readonly name: string },
): Account {
  const sets = daemonSets.known ? daemonSets.value : [];
  const set = sets.find(({ namespace, name }) => namespace === chosen.namespace && name === chosen.name);
  return { namespace: chosen.namespace, name: set?.template.serviceAccount ?? "default" };
}

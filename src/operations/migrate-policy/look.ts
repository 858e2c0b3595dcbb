import { factsReader } from "../../cluster/facts-reader.ts";
import { discover } from "../../cluster/discovery.ts";
import {
  observePolicy,
  policyGroups,
  servedPolicies,
  type ObservedPolicy,
} from "../../cluster/observe-policy.ts";
import { observedGroups, type Need } from "../../cluster/observe.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import type { KubeObject } from "../../model/kube.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import type { Served } from "../../model/served.ts";
import type { Millis } from "../../model/time.ts";
import { refusedTarget, sideOf } from "../../policy/crossing.ts";
import { boundary, semanticsOf } from "../../policy/enforcement.ts";
import type { Decisions } from "../../policy/migration.ts";
import { whatIf, type WhatIf } from "../../policy/what-if.ts";
import { catalogue } from "../../releases/catalogue.ts";
import type { WhatIfSetting } from "../../render/what-if/setting.ts";
import { findCalico, type FoundCalico } from "./find-calico.ts";

/** What says which Calico gives policies their meaning. */
export const enforcingNeeds: readonly Need[] = ["daemonSets", "pods", "workloads", "configMaps"];

/** A cluster's policies, what Calico makes of them, and what the upgrade would. */
export interface PolicySnapshot {
  readonly connection: Connection;
  /** Where this server has NetworkPolicies. */
  readonly place: Served;
  readonly discovery: Discovery;
  /** What says which Calico runs. */
  readonly seen: ClusterFacts;
  readonly calico: FoundCalico;
  readonly setting: WhatIfSetting;
  readonly decisions: Decisions;
  readonly objects: ObservedPolicy;
  readonly result: WhatIf;
  /** Every namespace and policy as it came, where that was asked for. */
  readonly raw: ReadonlyMap<string, KubeObject>;
}

/** Reads everything and works out the plan. Throws UserError where that cannot be done. */
export async function look(
  connection: Connection,
  now: Millis,
  options: {
    readonly given: Decisions;
    /** Of --to; a release that is known. */
    readonly to: string | undefined;
    /** Whether the objects themselves are needed. */
    readonly keepRaw: boolean;
    /** As it was asked already. */
    readonly discovery?: Discovery | undefined;
  },
): Promise<PolicySnapshot> {
  const discovered =
    options.discovery === undefined
      ? discover(connection, [...new Set([...observedGroups, ...policyGroups])])
      : Promise.resolve(options.discovery);
  const only = connection.namespaceGiven ? { only: connection.namespace } : {};
  const raw = new Map<string, KubeObject>();
  const [seen, objects, discovery] = await Promise.all([
    factsReader(connection, () => now, { discovered, namespace: "kube-system" })(enforcingNeeds),
    observePolicy(
      connection,
      discovered,
      options.keepRaw ? (object) => void raw.set(keyOf(object.metadata), object) : undefined,
    ),
    discovered,
  ]);
  return {
    connection,
    place: servedPolicies(discovery),
    discovery,
    seen,
    objects,
    raw,
    ...judge(seen, objects, { ...options, ...only }),
  };
}

/** What the upgrade makes of the policies; throws UserError where that cannot be determined. */
export function judge(
  seen: ClusterFacts,
  objects: ObservedPolicy,
  options: { readonly given: Decisions; readonly to: string | undefined; readonly only?: string },
): Pick<PolicySnapshot, "calico" | "setting" | "decisions" | "result"> {
  const only = options.only === undefined ? {} : { only: options.only };
  const calico = findCalico(seen, catalogue);
  const { driver } = calico;
  const target = options.to ?? boundary(driver);
  const side = sideOf(driver, calico.releases);
  const refused = side === "past" ? undefined : refusedTarget(target, driver);
  if (refused !== undefined) throw userError(refused);
  const decisions = { ...options.given, ...only };
  const result = whatIf({ ...objects, driver, semantics: semanticsOf(target, driver), decisions, side });
  if (result.plan.misfits.length > 0) throw userError(result.plan.misfits.join("; "));
  const setting = { kubernetes: seen.serverVersion, calico: calico.text, driver, target, side, ...only };
  return { calico, setting, decisions, result };
}

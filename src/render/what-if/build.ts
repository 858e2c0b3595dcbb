import type { FlowChange } from "../../policy/changes.ts";
import { boundary, semanticsOf, type Semantics } from "../../policy/enforcement.ts";
import { hasWork, type NamespacePlan } from "../../policy/migration.ts";
import { allPorts, describePorts } from "../../policy/ports.ts";
import { idsIn, same } from "../../policy/ranges.ts";
import { placeOf, type CausedChange, type WhatIf } from "../../policy/what-if.ts";
import type { Universe } from "../../policy/universe.ts";
import { groupOf } from "./group.ts";
import type { WhatIfChange, PeerGroup, Impact, NamespaceWhatIf, PolicyWhatIf, Scenario } from "./kind.ts";
import { notesOf } from "./notes.ts";
import { reasonText } from "./reason.ts";
import type { WhatIfSetting } from "./setting.ts";

/**
 * How many namespaces, classes and addresses all entries of a part name together. More is not read by
 * anybody and does not fit into one text; what is over is counted, and -n shows it namespace by namespace.
 */
const mostMembers = 100_000;

export function policyWhatIf(result: WhatIf, setting: WhatIfSetting): PolicyWhatIf {
  const { universe, plan } = result;
  const { driver, target, side } = setting;
  const semantics: Semantics = semanticsOf(target, driver);
  const impacts = {
    without: impactOf(universe, result.without),
    migrated: impactOf(universe, result.migrated),
  };
  const problems = problemsOf(result);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "PolicyWhatIf",
    cluster: {
      kubernetes: setting.kubernetes,
      calico: setting.calico,
      datastore: driver,
      namespaces: universe.namespaces.length,
      pods: universe.classes.reduce((sum, { pods }) => sum + pods, 0),
      podClasses: universe.classes.length,
      policies: plan.namespaces.reduce((sum, each) => sum + countOf(each), 0),
    },
    target: {
      release: target,
      semantics: semantics.kind,
      egress: semantics.kind === "v1" && semantics.egress,
      ipBlock: semantics.kind === "v1" ? semantics.ipBlock : driver === "etcd" ? "nobody" : "everybody",
    },
    boundary: {
      release: boundary(driver),
      side,
      crossed: side !== "past" && semantics.kind === "v1",
      finishBefore: driver === "etcd" ? "controller" : "node",
    },
    namespaces: plan.namespaces.flatMap((each, at) => {
      const without = impacts.without(at);
      const migrated = impacts.migrated(at);
      const pods = podsIn(universe, at);
      return isWorthSaying(each, without, migrated) ? [namespaceOf(each, pods, without, migrated)] : [];
    }),
    without: scenarioOf(universe, result.without),
    migrated: scenarioOf(universe, result.migrated),
    proof: { holds: problems.length === 0, problems },
    notes: notesOf(result, setting),
  };
}

/** 0 when the upgrade and the plan leave everything as it is, 1 when there is something to do or to know. */
export function hasDifferences({ without, migrated, namespaces, proof }: PolicyWhatIf): boolean {
  return (
    !proof.holds ||
    [without, migrated].some(({ changes, unknown }) => changes.length + unknown.length > 0) ||
    namespaces.some(
      (each) => each.create !== undefined || each.delete.length > 0 || each.left === "undecided",
    )
  );
}

function namespaceOf(plan: NamespacePlan, pods: number, without: Impact, migrated: Impact): NamespaceWhatIf {
  const { create, equal, left, why } = plan;
  return {
    name: plan.namespace,
    isolation: plan.isolation,
    decided: plan.decided,
    ...(why === undefined ? {} : { why, drivers: plan.drivers }),
    alphaAnnotation: plan.alpha,
    pods,
    ...(create === undefined ? {} : { create }),
    ...(equal === undefined ? {} : { equal }),
    delete: plan.delete.map(({ name, madeBy, deleting }) => ({ name, madeBy, deleting })),
    keepByRequest: plan.keepByRequest.map(({ name }) => name),
    keepAsIs: plan.keepAsIs.map(({ name }) => name),
    ...(left === undefined ? {} : { left }),
    without,
    migrated,
  };
}

function isWorthSaying(plan: NamespacePlan, ...impacts: readonly Impact[]): boolean {
  return (
    hasWork(plan) ||
    plan.isolation !== "open" ||
    plan.alpha ||
    countOf(plan) > 0 ||
    impacts.some((impact) => Object.values(impact).some((count) => count > 0))
  );
}

function countOf({ delete: going, keepAsIs, keepByRequest }: NamespacePlan): number {
  return going.length + keepAsIs.length + keepByRequest.length;
}

function podsIn({ namespaces, classes }: Universe, at: number): number {
  const { from = 0, to = 0 } = namespaces[at] ?? {};
  return classes.slice(from, to).reduce((sum, { pods }) => sum + pods, 0);
}

/** Pods by namespace whose flows change, each counted once for each way. */
function impactOf(universe: Universe, changes: readonly FlowChange[]): (namespace: number) => Impact {
  const effects = ["cutOff", "exposed", "confined", "unknown"] as const;
  const seen = new Map(effects.map((effect) => [effect, new Set<number>()]));
  for (const change of changes) {
    const own = change.reason.side === "egress" ? change.from : change.to;
    const set = seen.get(wayOf(change));
    for (const id of idsIn(own)) set?.add(id);
  }
  const counts = new Map(
    effects.map((effect) => {
      const byNamespace = new Map<number, number>();
      for (const id of seen.get(effect) ?? []) {
        const found = universe.classes[id];
        if (found !== undefined)
          byNamespace.set(found.namespace, (byNamespace.get(found.namespace) ?? 0) + found.pods);
      }
      return [effect, byNamespace];
    }),
  );
  const count = (effect: keyof Impact, at: number): number => counts.get(effect)?.get(at) ?? 0;
  return (at) => ({
    cutOff: count("cutOff", at),
    exposed: count("exposed", at),
    confined: count("confined", at),
    unknown: count("unknown", at),
  });
}

function wayOf({ before, after, reason }: FlowChange): keyof Impact {
  if (before === "unknown" || after === "unknown") return "unknown";
  if (after === "allow") return "exposed";
  return reason.side === "egress" ? "confined" : "cutOff";
}

function scenarioOf(universe: Universe, all: readonly (FlowChange | CausedChange)[]): Scenario {
  const shown: WhatIfChange[] = [];
  let members = 0;
  for (const change of all) {
    if (members > mostMembers) break;
    const made = changeOf(universe, change);
    members += sizeOf(made.from) + sizeOf(made.to);
    shown.push(made);
  }
  return {
    changes: shown.filter(({ before, after }) => before !== "unknown" && after !== "unknown"),
    unknown: shown.filter(({ before, after }) => before === "unknown" || after === "unknown"),
    omitted: all.length - shown.length,
  };
}

function sizeOf({ namespaces, pods, addresses }: PeerGroup): number {
  return namespaces.length + pods.length + addresses.length + 1;
}

/** One entry in the terms of the result. */
export function changeOf(universe: Universe, change: FlowChange | CausedChange): WhatIfChange {
  const { from, to, ports, before, after, reason, limitedBy } = change;
  const policies = reason.policies.flatMap((at) => {
    const policy = universe.policies[at];
    return policy === undefined ? [] : [`${policy.namespace}/${policy.name}`];
  });
  return {
    from: groupOf(universe, from),
    to: groupOf(universe, to),
    ports: same(ports, allPorts) ? [] : describePorts(ports),
    before,
    after,
    reason: { kind: reason.kind, message: reasonText(reason, after), policies },
    ...("cause" in change ? { cause: change.cause } : {}),
    ...(limitedBy === undefined ? {} : { limitedBy }),
  };
}

function problemsOf(result: WhatIf): readonly string[] {
  const { universe, meanwhile, migrated } = result;
  const name = (change: FlowChange): string => universe.namespaces[placeOf(universe, change)]?.name ?? "";
  const certain = ({ before, after }: FlowChange): boolean => before !== "unknown" && after !== "unknown";
  const other = migrated.filter((change) => change.cause === "other" && certain(change));
  const unknown = migrated.filter((change) => !certain(change));
  return [
    ...namesOf(meanwhile.map(name)).map((each) => `the plan changes flows of ${each} before the upgrade`),
    ...namesOf(other.map(name)).map((each) => `the plan does not hold flows of ${each} as they are`),
    ...namesOf(unknown.map(name)).map((each) => `for some flows of ${each} it cannot be told`),
  ];
}

function namesOf(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}

import type { EndpointFacts } from "../model/endpoint.ts";
import type { NamespaceFacts } from "../model/namespace.ts";
import type { NetworkPolicyFacts } from "../model/network-policy.ts";
import { flowChanges, type FlowChange } from "./changes.ts";
import { blocksBefore26, type Semantics } from "./enforcement.ts";
import type { Driver } from "./isolation.ts";
import {
  defaultDenyFacts,
  migrationPlan,
  type Decisions,
  type MigrationPlan,
  type NamespacePlan,
} from "./migration.ts";
import type { BoundarySide } from "./crossing.ts";
import { profiles, type Profiles, type Regime } from "./profile.ts";
import { makeUniverse, type Universe } from "./universe.ts";

export interface WhatIfInput {
  readonly namespaces: readonly NamespaceFacts[];
  readonly pods: readonly EndpointFacts[];
  readonly policies: readonly NetworkPolicyFacts[];
  readonly driver: Driver;
  /** Of the target. */
  readonly semantics: Semantics;
  readonly decisions: Decisions;
  /** past: policies have v1 semantics already, the upgrade changes none, and there is nothing to migrate. */
  readonly side?: BoundarySide;
}

/** Why a flow changes although the plan was carried out. `other` must not be. */
export type Cause = "keep" | "enforcement" | "other";

export interface CausedChange extends FlowChange {
  readonly cause: Cause;
}

export interface WhatIf {
  readonly universe: Universe;
  readonly plan: MigrationPlan;
  /** Upgrading as it is. */
  readonly without: readonly FlowChange[];
  /** Upgrading after the plan. */
  readonly migrated: readonly CausedChange[];
  /** What carrying out the plan changes by itself, before the upgrade: nothing, or the plan is wrong. */
  readonly meanwhile: readonly FlowChange[];
  /** What passes now, after upgrading as it is, and after the plan; none where no boundary is crossed. */
  readonly states?: { readonly before: Profiles; readonly without: Profiles; readonly migrated: Profiles };
}

/**
 * Which flows change by the upgrade, without and with the plan, and the proof of the plan on these very
 * objects: it changes nothing under the old semantics (so it can be done ahead, and with nodes of both
 * kinds), and under the target's nothing but what was asked for or what the target begins to enforce.
 */
export function whatIf(input: WhatIfInput): WhatIf {
  const { namespaces, policies, driver, semantics, decisions } = input;
  const plan = migrationPlan(namespaces, policies, decisions);
  // Nothing is to be done where no boundary is crossed, and nothing may be.
  if (input.side === "past" || semantics.kind === "legacy") return unchanged(input, plan);
  const created = plan.namespaces.flatMap(({ namespace, create }) =>
    create === undefined ? [] : [defaultDenyFacts(namespace, create.name)],
  );
  const going = new Set(plan.namespaces.flatMap((each) => each.delete));
  const isolation = plan.namespaces.map((each) => each.isolation);
  const universe = makeUniverse({
    namespaces,
    pods: input.pods,
    policies: [...policies, ...created],
    isolation: new Map(plan.namespaces.map((each) => [each.namespace, each.isolation])),
  });
  const legacy: Semantics = { kind: "legacy", driver };
  const regime = (means: Semantics, present: Regime["has"]): Regime => ({
    semantics: means,
    has: present,
    isolation: (at) => isolation[at] ?? "open",
  });
  const asItIs: Regime["has"] = (at) => at < policies.length;
  const stays = universe.policies.map((policy) => !going.has(policy));
  const planned: Regime["has"] = (at) => stays[at] === true;
  const before = profiles(universe, regime(legacy, asItIs));
  const asked = touching(universe, decisions.only);
  const changes = (after: Profiles): readonly FlowChange[] =>
    flowChanges(universe, before, after).filter(asked);

  // Just past the boundary only the meaning has changed, and nothing is enforced that was not before.
  const barely: Semantics = { kind: "v1", egress: false, ipBlock: blocksBefore26(driver) };
  const wanted = new Set(
    plan.namespaces.flatMap(({ keepByRequest }, at) => (keepByRequest.length > 0 ? [at] : [])),
  );
  const byMeaning = changes(profiles(universe, regime(barely, planned))).filter(
    (change) => !wanted.has(placeOf(universe, change)),
  );
  const wrong = new Set(byMeaning.map((change) => placeOf(universe, change)));
  const states = {
    before,
    without: profiles(universe, regime(semantics, asItIs)),
    migrated: profiles(universe, regime(semantics, planned)),
  };
  const migrated = changes(states.migrated).map((change): CausedChange => {
    const place = placeOf(universe, change);
    const cause = wanted.has(place) ? "keep" : wrong.has(place) ? "other" : "enforcement";
    return { ...change, cause };
  });
  return {
    universe,
    plan,
    without: changes(states.without),
    migrated,
    meanwhile: changes(profiles(universe, regime(legacy, planned))),
    states,
  };
}

function unchanged({ namespaces, pods, policies }: WhatIfInput, plan: MigrationPlan): WhatIf {
  const universe = makeUniverse({ namespaces, pods, policies, isolation: new Map() });
  const idle = plan.namespaces.map((each): NamespacePlan => {
    const { namespace, alpha, isolation, decided, drivers, why } = each;
    const keepAsIs = [...each.keepAsIs, ...each.keepByRequest, ...each.delete];
    const base = { namespace, alpha, isolation, decided, drivers, delete: [], keepByRequest: [], keepAsIs };
    return why === undefined ? base : { ...base, why };
  });
  const nothing = { without: [], migrated: [], meanwhile: [] };
  return { universe, plan: { ...plan, namespaces: idle }, ...nothing };
}

/** The namespace whose policies or annotation are the reason: of the source at egress, else of the destination. */
export function placeOf({ classes }: Universe, { from, to, reason }: FlowChange): number {
  const [first = -1] = reason.side === "egress" ? from : to;
  return classes[first]?.namespace ?? -1;
}

function touching(universe: Universe, only: string | undefined): (change: FlowChange) => boolean {
  if (only === undefined) return () => true;
  const place = universe.namespaces.findIndex(({ name }) => name === only);
  return (change) => placeOf(universe, change) === place;
}

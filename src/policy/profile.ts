import type { NetworkPolicyRule, PortMatch } from "../model/network-policy.ts";
import { accessOf, accessOfAll, type Access, type Cell } from "./access.ts";
import type { Semantics } from "./enforcement.ts";
import { blocksBefore26 } from "./enforcement.ts";
import type { Isolation } from "./isolation.ts";
import type { Both } from "./peer-sets.ts";
import type { PodClass } from "./pod-classes.ts";
import { portsFor, usesNames } from "./ports.ts";
import { intersection } from "./ranges.ts";
import type { Universe } from "./universe.ts";

/** One state of a universe: which of its policies are there, and what they mean. */
export interface Regime {
  readonly semantics: Semantics;
  readonly has: (policy: number) => boolean;
  readonly isolation: (namespace: number) => Isolation;
}

/** What one side of a class of pods is subject to. Equal keys: the same flows pass, known or not. */
export interface Profile {
  readonly key: string;
  /** closed: only what policies allow. doubtful: that at least, and perhaps everything. */
  readonly mode: "open" | "closed" | "doubtful";
  /** Why it is doubtful. */
  readonly doubt?: "isolation" | "policies";
  /** The policies that isolate it or add to what is allowed. */
  readonly policies: readonly number[];
  readonly access: () => Access;
}

export interface Profiles {
  readonly semantics: Semantics;
  readonly ingress: (of: PodClass) => Profile;
  readonly egress: (of: PodClass) => Profile;
}

/** The fast evaluator: what legacy.ts and v1.ts say about single flows, for whole classes. */
export function profiles(universe: Universe, regime: Regime): Profiles {
  const { semantics } = regime;
  const ipBlock = semantics.kind === "v1" ? semantics.ipBlock : blocksBefore26(semantics.driver);
  const made = new Map<string, Access>();
  const all = accessOfAll(universe.everybody);
  const open: Profile = { key: "open", mode: "open", policies: [], access: () => all };

  return {
    semantics,
    ingress: onceFor(universe, (of) => {
      const unreadable = universe.unreadableIn(of.namespace).filter(regime.has);
      const selecting = of.selectedBy.filter(regime.has);
      if (semantics.kind === "legacy") {
        const isolation = regime.isolation(of.namespace);
        if (isolation === "open") return open;
        return isolation === "unclear"
          ? profile("ingress", of, selecting, "isolation")
          : profile("ingress", of, selecting, unreadable.length === 0 ? undefined : unreadable);
      }
      const isolating = selecting.filter(
        (at) => !semantics.egress || universe.policies[at]?.types.ingress === true,
      );
      return oneSide("ingress", of, isolating, unreadable);
    }),
    egress: onceFor(universe, (of) => {
      if (semantics.kind === "legacy" || !semantics.egress) return open;
      const isolating = of.selectedBy.filter(
        (at) => regime.has(at) && universe.policies[at]?.types.egress === true,
      );
      return oneSide("egress", of, isolating, universe.unreadableIn(of.namespace).filter(regime.has));
    }),
  };

  function oneSide(
    side: "ingress" | "egress",
    of: PodClass,
    isolating: readonly number[],
    unreadable: readonly number[],
  ): Profile {
    if (isolating.length > 0)
      return profile(side, of, isolating, unreadable.length === 0 ? undefined : unreadable);
    if (unreadable.length === 0) return open;
    return { ...profile(side, of, [], unreadable), key: `${side} perhaps by ${unreadable.join()}` };
  }

  function profile(
    side: "ingress" | "egress",
    of: PodClass,
    policies: readonly number[],
    doubt: "isolation" | readonly number[] | undefined,
  ): Profile {
    const adding = policies.filter((at) => (universe.policies[at]?.[side].length ?? 0) > 0);
    const rules = adding.flatMap((at) => universe.policies[at]?.[side] ?? []);
    const blocks = rules.some(({ peers }) => peers.some(({ kind }) => kind === "block"));
    // At egress it is the other side's names that count.
    const names = side === "ingress" && rules.some(({ ports }) => usesNames(ports));
    const key = [
      side,
      of.namespace,
      ...(doubt === undefined ? [] : ["doubt", doubt]),
      "by",
      adding.join(),
      ...(blocks ? [ipBlock] : []),
      ...(names ? [of.namedPorts.map((port) => `${port.protocol}/${port.name}/${port.port}`).sort()] : []),
    ].join(" ");
    return {
      key,
      mode: doubt === undefined ? "closed" : "doubtful",
      ...(doubt === undefined ? {} : { doubt: doubt === "isolation" ? doubt : "policies" }),
      policies,
      access() {
        const known = made.get(key);
        if (known !== undefined) return known;
        const terms = adding.flatMap((at) =>
          (universe.policies[at]?.[side] ?? []).flatMap((rule) => termsOf(rule, side, of)),
        );
        const access = accessOf(terms, doubt === undefined ? [] : universe.everybody);
        made.set(key, access);
        return access;
      },
    };
  }

  function termsOf(rule: NetworkPolicyRule, side: "ingress" | "egress", of: PodClass): readonly Cell[] {
    const peers = universe.peers(of.namespace, rule.peers, ipBlock);
    if (side === "ingress") return [{ ports: portsFor(rule.ports, of.namedPorts), ...peers }];
    const numbers = rule.ports.filter((match) => !usesNames([match]));
    const plain = rule.ports.length === 0 || numbers.length > 0;
    return [
      ...(plain ? [{ ports: portsFor(numbers, []), ...peers }] : []),
      ...rule.ports.filter((match) => usesNames([match])).flatMap((match) => byName(match, peers)),
    ];
  }

  /** A named port is whatever number each destination gives it. */
  function byName(match: PortMatch, peers: Both): readonly Cell[] {
    return [...universe.named(String(match.port), match.protocol)].map(([port, having]) => ({
      ports: portsFor([{ protocol: match.protocol, port }], []),
      sure: intersection(peers.sure, having),
      maybe: intersection(peers.maybe, having),
    }));
  }
}

/** Profiles are asked for again and again. */
function onceFor(universe: Universe, make: (of: PodClass) => Profile): (of: PodClass) => Profile {
  const made: (Profile | undefined)[] = Array.from({ length: universe.classes.length });
  return (of) => (made[of.id] ??= make(of));
}

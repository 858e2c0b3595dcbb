import { overlay } from "./access.ts";
import { differences, type FlowVerdict } from "./differences.ts";
import type { PodClass } from "./pod-classes.ts";
import type { Profiles } from "./profile.ts";
import { intersection, rangesOf, size, without, type Ranges } from "./ranges.ts";
import { reachableFrom, type Destinations } from "./reachable-from.ts";
import { egressReason, ingressReason, type Reason } from "./reasons.ts";
import type { Universe } from "./universe.ts";

/** Flows that pass before and not after, or the other way round, or of which one of both is not known. */
export interface FlowChange {
  readonly from: Ranges;
  readonly to: Ranges;
  readonly ports: Ranges;
  readonly before: FlowVerdict;
  readonly after: FlowVerdict;
  readonly reason: Reason;
  /** Of these flows only those that the other end's rules of this side let through; perhaps none. */
  readonly limitedBy?: "ingress" | "egress";
}

/** How many pairs of a source restricted at egress and a destination are looked at one by one. */
const exactPairs = 4_000_000;

/**
 * The flows that change between two states of one universe, each in one entry. The first must be under
 * the old semantics: it knows no egress. Flows between addresses outside are nobody's. Where very many
 * classes are restricted at egress, both ends are told apart (`limitedBy`): written out, pairs would be
 * the square of the cluster.
 */
export function flowChanges(
  universe: Universe,
  was: Profiles,
  is: Profiles,
  pairs: number = exactPairs,
): readonly FlowChange[] {
  if (was.semantics.kind !== "legacy") throw new Error("changes are counted from the old semantics");
  const restricted = groupBy(
    universe.classes.filter((of) => is.egress(of).mode !== "open"),
    (of) => is.egress(of).key,
  );
  const sources = rangesOf(
    restricted
      .flat()
      .map(({ id }) => id)
      .toSorted((a, b) => a - b),
  );
  if (sources.length === 0) return ingressChanges(universe, was, is, sources, true);
  const exact = size(sources) * universe.classes.length <= pairs;
  return [
    ...ingressChanges(universe, was, is, sources, exact),
    ...(exact ? egressChanges(universe, was, is, restricted) : egressAlone(universe, is, restricted)),
  ];
}

/**
 * Destination by destination. What ingress denies afterwards is denied whatever the source may; where it
 * allows, sources that are restricted at egress are looked at from their own end.
 */
function ingressChanges(
  universe: Universe,
  was: Profiles,
  is: Profiles,
  restricted: Ranges,
  exact: boolean,
): readonly FlowChange[] {
  const groups = groupBy(universe.classes, (of) => {
    const [first, second] = [was.ingress(of).key, is.ingress(of).key];
    return first === second ? undefined : `${String(of.namespace)} ${first} > ${second}`;
  });
  return groups.flatMap((members) => {
    const [of] = members;
    if (of === undefined) return [];
    const [first, second] = [was.ingress(of), is.ingress(of)];
    const to = rangesOf(members.map(({ id }) => id));
    return overlay(first.access(), second.access()).flatMap(([ports, a, b]) =>
      differences(a, b).flatMap(({ set, ...verdicts }) => {
        const certain = verdicts.after === "deny" || restricted.length === 0;
        const from = certain || !exact ? set : without(set, restricted);
        if (from.length === 0) return [];
        const limited = !certain && !exact && intersection(from, restricted).length > 0;
        const reason = ingressReason(first, second, verdicts);
        return [
          { from, to, ports, ...verdicts, reason, ...(limited ? { limitedBy: "egress" as const } : {}) },
        ];
      }),
    );
  });
}

function egressChanges(
  universe: Universe,
  was: Profiles,
  is: Profiles,
  restricted: readonly (readonly PodClass[])[],
): readonly FlowChange[] {
  const outside = without(universe.everybody, universe.pods);
  const count = universe.classes.length;
  const reachedBefore = reachableFrom(destinations(universe, was), outside, count);
  const reachedAfter = reachableFrom(destinations(universe, is), outside, count);
  return restricted.flatMap((group) =>
    groupByBoth(group, ({ id }) => [reachedBefore(id), reachedAfter(id)]).flatMap((members) => {
      const [of] = members;
      if (of === undefined) return [];
      const egress = is.egress(of);
      const from = rangesOf(members.map(({ id }) => id));
      return overlay(reachedBefore(of.id), reachedAfter(of.id)).flatMap(([ports, a, admitted]) =>
        overlay([{ ...a, ports }], egress.access()).flatMap(([both, , own]) => {
          const sure = intersection(admitted.sure, own.sure);
          const known = admitted.sure === admitted.maybe && own.sure === own.maybe;
          const b = { sure, maybe: known ? sure : intersection(admitted.maybe, own.maybe) };
          // The rest is denied by ingress, and reported there.
          return differences(a, b, admitted.maybe).map(({ set, ...verdicts }) => ({
            from,
            to: set,
            ports: both,
            ...verdicts,
            reason: egressReason(egress, verdicts, own.sure === own.maybe),
          }));
        }),
      );
    }),
  );
}

/** What the rules of the sources say by themselves; what their destinations let in is left to the reader. */
function egressAlone(
  universe: Universe,
  is: Profiles,
  restricted: readonly (readonly PodClass[])[],
): readonly FlowChange[] {
  return restricted.flatMap((members) => {
    const [of] = members;
    if (of === undefined) return [];
    const egress = is.egress(of);
    const from = rangesOf(members.map(({ id }) => id));
    return egress.access().flatMap(({ ports, sure, maybe }) => {
      const everything = { sure: universe.everybody, maybe: universe.everybody };
      return differences(everything, { sure, maybe }).map(({ set, ...verdicts }) => ({
        from,
        to: set,
        ports,
        ...verdicts,
        reason: egressReason(egress, verdicts, false),
        limitedBy: "ingress" as const,
      }));
    });
  });
}

function destinations(universe: Universe, { ingress }: Profiles): readonly Destinations[] {
  const byKey = groupBy(universe.classes, (of) => ingress(of).key);
  return byKey.flatMap((members) => {
    const [of] = members;
    if (of === undefined) return [];
    const ids = members.map(({ id }) => id).toSorted((a, b) => a - b);
    return [{ members: rangesOf(ids), profile: ingress(of) }];
  });
}

/** In the order of their first members; those without a key are left out. */
function groupBy<T>(items: readonly T[], key: (item: T) => string | undefined): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function groupByBoth<T>(
  items: readonly T[],
  keys: (item: T) => readonly [object, object],
): readonly (readonly T[])[] {
  const numbers = new Map<object, number>();
  const numberOf = (key: object): number => {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
  return groupBy(items, (item) => keys(item).map(numberOf).join());
}

import { flowPorts, type FlowPorts } from "../../../policy/flow-ports.ts";
import { allPorts, describePorts } from "../../../policy/ports.ts";
import { idsIn, intersection, rangesOf, same, union, without, type Ranges } from "../../../policy/ranges.ts";
import type { FlowChange } from "../../../policy/changes.ts";
import { placeOf, type WhatIf } from "../../../policy/what-if.ts";
import { addressText, labelsText } from "../group.ts";
import { portsText } from "../ports-text.ts";
import { reasonText } from "../reason.ts";
import type { PageContent } from "./shown.ts";

/** What the page's program draws. Short names: there are many of them. */
export interface Matrix {
  readonly spaces: readonly {
    readonly name: string;
    readonly about: string;
    readonly outside: boolean;
    readonly left: number;
    readonly classes: readonly { readonly label: string; readonly pods: number }[];
  }[];
  /** Sorts of cells, each once. */
  readonly kinds: readonly CellKind[];
  readonly reasons: readonly string[];
  /** By scenario: a row for each class as source, `KIND` or `KINDxCOUNT` for each class as destination. */
  readonly cells: Readonly<Record<ScenarioName, readonly string[]>>;
}

export type ScenarioName = "without" | "migrated";

interface CellKind {
  /** none, some, all, unknown; -1 where nothing is said. */
  readonly before: Level;
  readonly after: Level;
  /** Ports that close, that open, and that are not known, in words. */
  readonly lost?: string;
  readonly gained?: string;
  readonly unknown?: string;
  /** What is open afterwards where that is neither all nor nothing. */
  readonly open?: string;
  /** Places in `reasons`. */
  readonly why: readonly number[];
}

type Level = -1 | 0 | 1 | 2 | 3;

/** Reachability between everything that is shown, before and after, with the reasons for what changes. */
export function matrixOf(result: WhatIf, shown: PageContent, only?: string): Matrix {
  const { universe, plan, states } = result;
  const ids = shown.spaces.flatMap(({ classes }) => classes);
  const kinds = numbered<CellKind>();
  const reasons = numbered<string>();
  const place = universe.namespaces.findIndex(({ name }) => name === only);
  const isolation = new Map(plan.namespaces.map((each) => [each.namespace, each]));

  const rowsOf = (scenario: ScenarioName): readonly string[] => {
    if (states === undefined) return [];
    const why = reasonsByPair(result[scenario]);
    return ids.map((from) =>
      runs(
        ids.map((to) =>
          kinds.numberOf(
            isSpokenOf(from, to)
              ? kindOf(
                  flowPorts(universe, states.before, from, to),
                  flowPorts(universe, states[scenario], from, to),
                  why.get(from)?.get(to) ?? [],
                )
              : { before: -1, after: -1, why: [] },
          ),
        ),
      ),
    );
  };
  const cells = { without: rowsOf("without"), migrated: rowsOf("migrated") };
  return {
    spaces: shown.spaces.map(({ namespace, classes, left }) => {
      const name = namespace === undefined ? undefined : universe.namespaces[namespace]?.name;
      const facts = isolation.get(name ?? "");
      return {
        name: name ?? "outside the cluster",
        about: facts === undefined ? "" : `${facts.isolation}${facts.decided ? " (decided)" : ""}`,
        outside: name === undefined,
        left,
        classes: classes.map((id) => {
          const found = universe.classes[id];
          return found === undefined
            ? { label: addressText(universe.addresses.describe(id - universe.classes.length)), pods: 0 }
            : { label: labelsText(found.labels, found.example), pods: found.pods };
        }),
      };
    }),
    kinds: kinds.all,
    reasons: reasons.all,
    cells,
  };

  /** Addresses among themselves are nobody's; with -n what does not touch the namespace was not asked for. */
  function isSpokenOf(from: number, to: number): boolean {
    const [source, destination] = [universe.classes[from], universe.classes[to]];
    if (source === undefined && destination === undefined) return false;
    return only === undefined || source?.namespace === place || destination?.namespace === place;
  }

  /** Which entries speak about a pair, by the numbers of their reasons. */
  function reasonsByPair(changes: readonly FlowChange[]): Map<number, Map<number, number[]>> {
    const found = new Map<number, Map<number, number[]>>();
    const all = rangesOf(ids.toSorted((a, b) => a - b));
    for (const change of changes) {
      const [from, to] = [intersection(change.from, all), intersection(change.to, all)];
      if (from.length === 0 || to.length === 0) continue;
      const number = reasons.numberOf(textOf(change));
      for (const source of idsIn(from)) {
        const row = found.get(source) ?? new Map<number, number[]>();
        found.set(source, row);
        for (const destination of idsIn(to)) {
          const known = row.get(destination);
          if (known === undefined) row.set(destination, [number]);
          else if (!known.includes(number)) known.push(number);
        }
      }
    }
    return found;
  }

  function textOf(change: FlowChange): string {
    const { reason, after } = change;
    const names = reason.policies.flatMap((at) => {
      const policy = universe.policies[at];
      return policy === undefined ? [] : [`${policy.namespace}/${policy.name}`];
    });
    const some = names.length > 4 ? [...names.slice(0, 4), `${String(names.length - 4)} more`] : names;
    const where = universe.namespaces[placeOf(universe, change)]?.name ?? "";
    const by = some.length === 0 ? `namespace ${where}` : some.join(", ");
    return `${reasonText(reason, after)} (${by})`;
  }
}

function kindOf(before: FlowPorts, after: FlowPorts, why: readonly number[]): CellKind {
  const unknown = union(before.unknown, after.unknown);
  const lost = without(without(before.allow, after.allow), unknown);
  const gained = without(without(after.allow, before.allow), unknown);
  const levelAfter = levelOf(after);
  const changes = lost.length + gained.length + unknown.length > 0;
  return {
    before: levelOf(before),
    after: levelAfter,
    ...(lost.length === 0 ? {} : { lost: words(lost) }),
    ...(gained.length === 0 ? {} : { gained: words(gained) }),
    ...(unknown.length === 0 ? {} : { unknown: words(unknown) }),
    ...(levelAfter === 1 ? { open: words(after.allow) } : {}),
    // An entry that only holds as far as the other end lets it through may not hold here.
    why: changes ? why : [],
  };
}

function levelOf({ allow, unknown }: FlowPorts): Level {
  if (unknown.length > 0) return 3;
  return allow.length === 0 ? 0 : same(allow, allPorts) ? 2 : 1;
}

function words(ports: Ranges): string {
  return same(ports, allPorts) ? "all ports" : portsText(describePorts(ports));
}

/** Each value once, under a number. */
function numbered<T>(): { readonly all: readonly T[]; readonly numberOf: (value: T) => number } {
  const all: T[] = [];
  const numbers = new Map<string, number>();
  return {
    all,
    numberOf(value) {
      const key = JSON.stringify(value);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, all.length);
      return all.push(value) - 1;
    },
  };
}

/** `3x12,5,3x2` */
function runs(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last?.[0] === number) last[1] += 1;
    else found.push([number, 1]);
  }
  return found
    .map(([kind, count]) => (count === 1 ? String(kind) : `${String(kind)}x${String(count)}`))
    .join();
}

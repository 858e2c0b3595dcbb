import { accessOf, type Access, type Cell } from "./access.ts";
import { allPorts } from "./ports.ts";
import { empty, union, unionOf, type Ranges } from "./ranges.ts";
import type { Profile } from "./profile.ts";

/** Destinations that are alike, and what their ingress allows. */
export interface Destinations {
  readonly members: Ranges;
  readonly profile: Profile;
}

interface Entry {
  readonly ports: Ranges;
  readonly members: Ranges;
}

/**
 * Ingress seen from the other end: for each class, whom it may reach. One walk over the class numbers
 * with the rules that begin and end at each of them; classes with the same rules share the answer.
 * `always`: destinations that nothing isolates.
 */
export function reachableFrom(
  destinations: readonly Destinations[],
  always: Ranges,
  count: number,
): (from: number) => Access {
  const entries: Entry[] = [];
  // Numbers of entries that begin or end at a class: even for sure, odd for perhaps.
  const begin = new Map<number, number[]>();
  const end = new Map<number, number[]>();
  const open = unionOf([
    always,
    ...destinations.filter(({ profile }) => profile.mode === "open").map(({ members }) => members),
  ]);
  for (const { members, profile } of destinations) {
    if (profile.mode === "open") continue;
    for (const cell of profile.access()) {
      if (cell.maybe.length === 0) continue;
      const at = entries.push({ ports: cell.ports, members }) - 1;
      mark(cell.sure, at * 2);
      if (cell.maybe !== cell.sure) mark(cell.maybe, at * 2 + 1);
    }
  }

  const answers: Access[] = [];
  const byActive = new Map<string, Access>();
  const active = new Set<number>();
  let current: Access | undefined;
  for (let id = 0; id < count; id += 1) {
    const ending = end.get(id);
    const beginning = begin.get(id);
    for (const entry of ending ?? []) active.delete(entry);
    for (const entry of beginning ?? []) active.add(entry);
    if (current === undefined || ending !== undefined || beginning !== undefined) {
      const key = [...active].sort((a, b) => a - b).join();
      current = byActive.get(key) ?? answer([...active]);
      byActive.set(key, current);
    }
    answers.push(current);
  }
  return (from) => answers[from] ?? accessOf([]);

  function mark(set: Ranges, entry: number): void {
    for (const [at, edge] of set.entries()) {
      const map = at % 2 === 0 ? begin : end;
      const found = map.get(edge);
      if (found === undefined) map.set(edge, [entry]);
      else found.push(entry);
    }
  }

  function answer(numbers: readonly number[]): Access {
    const groups = new Map<string, { ports: Ranges; sure: Ranges[]; maybe: Ranges[] }>();
    for (const number of numbers) {
      const entry = entries[number >> 1];
      if (entry === undefined) continue;
      const key = entry.ports.join();
      const group = groups.get(key) ?? { ports: entry.ports, sure: [], maybe: [] };
      groups.set(key, group);
      (number % 2 === 0 ? group.sure : group.maybe).push(entry.members);
    }
    const terms = [...groups.values()].map(({ ports, sure, maybe }): Cell => {
      const surely = unionOf(sure);
      return { ports, sure: surely, maybe: maybe.length === 0 ? surely : union(surely, unionOf(maybe)) };
    });
    return accessOf([{ ports: allPorts, sure: open, maybe: open }, ...terms], empty);
  }
}

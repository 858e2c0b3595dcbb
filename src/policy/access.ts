import { allPorts } from "./ports.ts";
import { empty, intersection, union, without, type Ranges } from "./ranges.ts";

/** For these ports: who may surely, and who may at most. In between is what nobody knows. */
export interface Cell {
  readonly ports: Ranges;
  readonly sure: Ranges;
  readonly maybe: Ranges;
}

/** Cells that share no port and hold all of them. */
export type Access = readonly Cell[];

export function accessOfAll(everybody: Ranges): Access {
  return [{ ports: allPorts, sure: everybody, maybe: everybody }];
}

/** What alternatives allow together; `atMost` is what no rule has to allow to be possible. */
export function accessOf(terms: readonly Cell[], atMost: Ranges = empty): Access {
  let cells: Cell[] = [{ ports: allPorts, sure: empty, maybe: atMost }];
  for (const term of samePortsTogether(terms)) {
    const next: Cell[] = [];
    for (const cell of cells) {
      const inside = intersection(cell.ports, term.ports);
      if (inside.length === 0) {
        next.push(cell);
        continue;
      }
      const sure = union(cell.sure, term.sure);
      const maybe =
        cell.sure === cell.maybe && term.sure === term.maybe ? sure : union(cell.maybe, term.maybe);
      next.push({ ports: inside, sure, maybe });
      const rest = without(cell.ports, inside);
      if (rest.length > 0) next.push({ ...cell, ports: rest });
    }
    cells = next;
  }
  return cells;
}

/** The ports on which both say one thing each. */
export function overlay(left: Access, right: Access): readonly (readonly [Ranges, Cell, Cell])[] {
  const [only] = left;
  if (only?.ports === allPorts) return right.map((b) => [b.ports, only, b] as const);
  return left.flatMap((a) =>
    right.flatMap((b) => {
      const ports = intersection(a.ports, b.ports);
      return ports.length === 0 ? [] : [[ports, a, b] as const];
    }),
  );
}

/** Fewer terms make fewer cells. */
function samePortsTogether(terms: readonly Cell[]): readonly Cell[] {
  if (terms.length < 2) return terms;
  const byPorts = new Map<string, Cell>();
  for (const term of terms) {
    const key = term.ports.join();
    const known = byPorts.get(key);
    byPorts.set(
      key,
      known === undefined
        ? term
        : { ports: term.ports, sure: union(known.sure, term.sure), maybe: union(known.maybe, term.maybe) },
    );
  }
  return [...byPorts.values()];
}

import { selectorKey, selects, type Labels, type LabelSelector } from "../model/label-selector.ts";

/** Equal selectors under one number. */
export interface Selectors {
  readonly idOf: (selector: LabelSelector) => number;
  readonly at: (id: number) => LabelSelector;
}

export function makeSelectors(): Selectors {
  const ids = new Map<string, number>();
  // The same selector object is asked about again and again.
  const seen = new WeakMap<LabelSelector, number>();
  const all: LabelSelector[] = [];
  return {
    idOf(selector) {
      const known = seen.get(selector);
      if (known !== undefined) return known;
      const key = selectorKey(selector);
      const id = ids.get(key) ?? all.push(selector) - 1;
      ids.set(key, id);
      seen.set(selector, id);
      return id;
    },
    at: (id) => all[id] ?? [],
  };
}

/** Which of many selectors select an object, without trying all of them. */
export interface SelectorIndex {
  readonly add: (id: number) => void;
  /** In no order; each once. */
  readonly matching: (labels: Labels) => readonly number[];
  /** The label keys that any of them looks at. */
  readonly keys: ReadonlySet<string>;
}

export function selectorIndex(selectors: Selectors): SelectorIndex {
  const added = new Set<number>();
  const byPair = new Map<string, number[]>();
  const others: number[] = [];
  const keys = new Set<string>();
  return {
    keys,
    add(id) {
      if (added.has(id)) return;
      added.add(id);
      const selector = selectors.at(id);
      for (const { key } of selector) keys.add(key);
      const required = selector.find(({ operator }) => operator === "In");
      if (required === undefined) {
        others.push(id);
        return;
      }
      for (const value of new Set(required.values)) {
        const pair = pairOf(required.key, value);
        const found = byPair.get(pair);
        if (found === undefined) byPair.set(pair, [id]);
        else found.push(id);
      }
    },
    matching(labels) {
      const found = others.filter((id) => selects(selectors.at(id), labels));
      for (const key of Object.keys(labels)) {
        if (!keys.has(key)) continue;
        for (const id of byPair.get(pairOf(key, labels[key] ?? "")) ?? []) {
          if (selects(selectors.at(id), labels)) found.push(id);
        }
      }
      return found;
    },
  };
}

function pairOf(key: string, value: string): string {
  return `${key}=${value}`;
}

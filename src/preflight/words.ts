import type { ReleaseFactId } from "../releases/sources.ts";
import { boundaryWords } from "./words/b.ts";
import { dataWords } from "./words/d.ts";
import { hazardWords } from "./words/h.ts";
import { manifestWords } from "./words/m.ts";
import { policyWords } from "./words/n.ts";
import { ownershipWords } from "./words/o.ts";
import { healthWords } from "./words/s.ts";
import type { Words } from "./words/shape.ts";

/** Words of the ids whose facts do not stand in `releases`; one file a category. */
export const words = {
  ...boundaryWords,
  ...dataWords,
  ...hazardWords,
  ...manifestWords,
  ...policyWords,
  ...ownershipWords,
  ...healthWords,
} as const;

export type WordId = keyof typeof words;

/** An id that a finding can have: P, R and K have their facts and words in `releases`. */
export type RuleId = WordId | ReleaseFactId;

/** undefined: the words of that id stand in `releases`. */
export function wordsOf(id: RuleId): Words | undefined {
  const table: Readonly<Record<string, Words>> = words;
  return table[id];
}

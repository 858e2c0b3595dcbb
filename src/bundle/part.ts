import type { JsonObject } from "../model/kube.ts";
import type { BundleIndex } from "./format.ts";
import { isWord } from "./words.ts";

/** A run that was a step of another one: it goes back with that one, from a bundle of its own. */
export interface PartOf {
  /** Name of the other run. */
  readonly run: string;
  /** Its turn beside that run's own writes: below 0 before them, above 0 after them; absent: before them. */
  readonly place?: number;
}

/** How the name of a part's bundle ends: as the run's, so that it is known for one also where it is damaged. */
export function partName({ run, place }: PartOf): string {
  return `${endOf(run)}${place === undefined ? "" : `-${String(Math.abs(place))}`}`;
}

/** What the index of a part says about it. */
export function partData({ run, place }: PartOf): JsonObject {
  return { partOf: run, ...(place === undefined ? {} : { place }) };
}

export function partOf({ data }: Pick<BundleIndex, "data">): PartOf | undefined {
  const { partOf: run, place } = data ?? {};
  if (!isWord("run", run)) return undefined;
  return { run, ...(typeof place === "number" ? { place } : {}) };
}

/** Whether a directory of this name can be of a part of the run. */
export function isNamedAsPart(name: string, run: string): boolean {
  const end = endOf(run);
  return (
    name !== run && (name.endsWith(`-${end}`) || name.slice(0, name.lastIndexOf("-")).endsWith(`-${end}`))
  );
}

function endOf(run: string): string {
  return run.slice(run.lastIndexOf("-") + 1);
}

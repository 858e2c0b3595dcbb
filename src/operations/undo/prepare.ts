import { inverseOrder, type BundleEntry } from "../../bundle/inverse.ts";
import { calicoDataInverter } from "./calico-data.ts";
import { forceName, type Inverse, type Inverter, type UndoWorld } from "./inverse.ts";
import { confirmed, isOwn } from "./own.ts";
import type { PlacedEntry } from "./placed.ts";
import { policyInverter } from "./policies.ts";

/** Who takes back what; the first one that takes an entry has it. */
const inverters: readonly Inverter[] = [policyInverter, calicoDataInverter];

/** Whether an entry is taken back by itself: policies and Calico's data, which no pod has to restart for. */
export function goesAlone(entry: BundleEntry): boolean {
  return inverters.some((each) => each.takes(entry));
}

/** Entries that follow each other and go to one inverter: their writes may go side by side. */
export interface Prepared {
  readonly inverses: readonly Inverse[];
}

/** What taking everything back comes to now, last change first. Reads only. */
export async function prepareAll(
  entries: readonly PlacedEntry[],
  world: UndoWorld,
): Promise<readonly Prepared[]> {
  const runs: { readonly inverter: Inverter; readonly entries: PlacedEntry[] }[] = [];
  for (const entry of inverseOrder(entries)) {
    const inverter = inverters.find((each) => each.takes(entry)) ?? nobody;
    const last = runs.at(-1);
    if (last?.inverter === inverter) last.entries.push(entry);
    else runs.push({ inverter, entries: [entry] });
  }
  return await Promise.all(
    runs.map(async ({ inverter, entries: own }) => {
      const inverses = await inverter.prepare(own, world);
      // The other commands that write these kinds write them in every namespace.
      if (world.index.command !== "apply") return { inverses };
      return {
        inverses: inverses.map((each) => confirmed(each, !isOwn(each.entry, undefined), world.forced)),
      };
    }),
  );
}

const nobody: Inverter = {
  takes: () => true,
  prepare: async (entries) =>
    await Promise.resolve(
      entries.map((entry): Inverse => ({
        kind: "refused",
        entry,
        because: `this version cannot take back what was done to a ${entry.kind}`,
        force: [],
      })),
    ),
};

/** Refusals that a message names; the result has all. */
const mostRefusals = 10;

/** Everything that is refused, in one message; undefined where nothing is. */
export function refusals(inverses: readonly Inverse[]): string | undefined {
  const refused = inverses.filter((inverse) => inverse.kind === "refused");
  if (refused.length === 0) return undefined;
  const force = [...new Set(refused.flatMap((each) => each.force))];
  const lines = refused.slice(0, mostRefusals).map(({ entry, because }) => `${forceName(entry)}: ${because}`);
  const more = refused.length - lines.length;
  return [
    `refused, and nothing more was written: ${lines.join("; ")}`,
    ...(more > 0 ? [` and ${String(more)} more`] : []),
    ...(force.length === 0
      ? []
      : [
          `; to do it all the same: ${force
            .slice(0, mostRefusals)
            .map((name) => `--force=${name}`)
            .join(" ")}`,
        ]),
  ].join("");
}

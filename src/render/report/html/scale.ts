import type { ReportedNodeRow, RunReport } from "../kind.ts";

/** Where seconds stand on the timeline, whose 0 is the begin of each node's gap. Places are percent of its width. */
export interface Scale {
  readonly place: (second: number) => number;
  /** Of the budget; undefined: there is none. */
  readonly limit?: number;
  /** Seconds; pulls were before all of this, some of them hours before: they have a scale of their own. */
  readonly longestPull: number;
  readonly ticks: readonly { readonly second: number; readonly place: number }[];
}

export interface Bar {
  readonly kind: ReportedNodeRow["phases"][number]["kind"];
  readonly left: number;
  readonly width: number;
  readonly seconds: number;
  /** It goes on beyond the right end. */
  readonly cut: boolean;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Wide enough for every gap and for the budget; what settles longer, or is still open, is cut off at the end. */
export function scaleOf({ nodes, budget }: Pick<RunReport, "nodes" | "budget">): Scale {
  const longest = (kinds: readonly string[]): number =>
    nodes
      .flatMap(({ phases }) => phases)
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((most, { from, to }) => Math.max(most, to - from), 0);
  const end = Math.max((budget ?? 0) * 1.12, longest(["gap"]) * 1.08, 10);
  const lead = Math.min(longest(["before"]), end * 0.15);
  const place = (second: number): number =>
    Math.round((Math.min(Math.max(second, -lead), end) + lead) * (10_000 / (end + lead))) / 100;
  const step = steps.find((each) => end / each <= 10) ?? end;
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step);
  return {
    place,
    ...(budget === undefined ? {} : { limit: place(budget) }),
    longestPull: longest(["pull"]),
    ticks: ticks.map((second) => ({ second, place: place(second) })),
  };
}

export function barsOf({ phases }: ReportedNodeRow, { place }: Scale): readonly Bar[] {
  const gap = phases.find(({ kind }) => kind === "gap" || kind === "open");
  const zero = gap?.from ?? phases.find(({ kind }) => kind === "before")?.to ?? 0;
  return phases
    .filter(({ kind }) => kind !== "pull")
    .map(({ kind, from, to }) => {
      const left = place(from - zero);
      const right = place(to - zero);
      return {
        kind,
        left,
        width: Math.round((right - left) * 100) / 100,
        seconds: to - from,
        cut: right >= 100,
      };
    })
    .filter(({ width }) => width > 0);
}

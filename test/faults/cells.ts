/** The matrix of a story: its classes of requests, as a whole run made them, and the faults that they meet. */
import { classOf, type FaultName, faultNames, faultOf } from "./faults-tried.ts";
import type { SeenRequest } from "./proxy.ts";
import { type Draw, sample } from "./sample.ts";

export interface Cell {
  readonly requestClass: string;
  /** From 0, among the requests of the class. */
  readonly index: number;
  readonly fault: FaultName;
  /** By which command it is gone on where the run ends early. */
  readonly way: "printed" | "run";
}

/** Classes with how many requests each has, in the order of their first. */
function classesOf(seen: readonly SeenRequest[]): ReadonlyMap<string, readonly SeenRequest[]> {
  const classes = new Map<string, SeenRequest[]>();
  let hasWritten = false;
  for (const request of seen) {
    const name = classOf(request, hasWritten);
    classes.set(name, [...(classes.get(name) ?? []), request]);
    hasWritten ||= request.writes;
  }
  return classes;
}

/** How many cells are tried without TEST_ALL. */
const sampled = { ofWrites: 2, ofReads: 1 };

/** FAULTS_AT="403 at patch nodes" tries the cells whose text has this, and no others. */
const only = process.env["FAULTS_AT"];

/**
 * Every class of writes meets every fault; the far more of reads, which go one way through the client, are dealt
 * one each, so that every fault meets reads of all sorts.
 */
export function cellsOf(seen: readonly SeenRequest[], draw: Draw): readonly Cell[] {
  const writes: Cell[] = [];
  const reads: Cell[] = [];
  let dealt = Math.floor(draw() * faultNames.length);
  for (const [requestClass, requests] of classesOf(seen)) {
    const [first] = requests;
    if (first === undefined) continue;
    const possible = faultNames.filter((fault) => faultOf(fault, first) !== undefined);
    const cell = (fault: FaultName): Cell => ({
      requestClass,
      index: Math.floor(draw() * requests.length),
      fault,
      way: draw() < 0.5 ? "printed" : "run",
    });
    if (first.writes) writes.push(...possible.map(cell));
    else {
      reads.push(
        ...possible
          .slice(dealt % possible.length)
          .slice(0, 1)
          .map(cell),
      );
      dealt += 1;
    }
  }
  if (only !== undefined) return [...writes, ...reads].filter((cell) => cellText(cell).includes(only));
  // A delay alone takes as long as a sample should.
  const isQuick = ({ fault }: Cell): boolean => process.env["TEST_ALL"] !== undefined || fault !== "delay";
  return [
    ...sample(writes.filter(isQuick), sampled.ofWrites, draw),
    ...sample(reads.filter(isQuick), sampled.ofReads, draw),
  ];
}

/** The request of a run that a cell is about. */
export function isHit({ requestClass, index }: Cell): (request: SeenRequest) => boolean {
  let hasWritten = false;
  let count = 0;
  return (request) => {
    const isOfClass = classOf(request, hasWritten) === requestClass;
    hasWritten ||= request.writes;
    if (!isOfClass) return false;
    count += 1;
    return count === index + 1;
  };
}

export function cellText({ requestClass, index, fault }: Cell): string {
  return `${fault} at ${requestClass} #${String(index + 1)}`;
}

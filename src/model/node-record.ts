import { mostRecordBytes } from "./node.ts";
import { isRecord } from "./record.ts";
import { parseRunCommand, type RunCommand } from "./run-command.ts";
import { formatTime, parseTime, type Millis } from "./time.ts";

/** What the last run that restarted calico-node on a node left there, for `report`. Times are the API server's. */
export interface NodeRecord {
  /** `<DaemonSet UID>/<revision number that the node was brought to>`. */
  readonly run: string;
  /** The revision number that it had; absent where nobody saw it. */
  readonly from?: number;
  /** What of the images was pulled there before, by the process that restarted it; absent: nothing, or another one did. */
  readonly pulled?: ImagePull;
  /** When the node was cordoned, or taken in hand without a cordon. */
  readonly began: Millis;
  /** When the pod was deleted; absent where a process did it that did not come to the end. */
  readonly deleted?: Millis;
  /** Since when the replacement was Ready; absent where that was not waited for. */
  readonly ready?: Millis;
  /** When the node was given back. */
  readonly ended: Millis;
  /** How long calico-node's container was down, and how long there was no Ready calico-node (hazard H22). */
  readonly down?: Millis;
  readonly notReady?: Millis;
  /** From which side the two are known; absent: exactly. */
  readonly bound?: "at most" | "at least";
  /** Why the node was not uncordoned; absent: it was. */
  readonly kept?: Kept;
  /** Who worked: the holder of the lease, user@host/number. */
  readonly by?: string;
  readonly command?: RunCommand;
}

/** A pull before the first node of a run was touched. */
export interface ImagePull {
  readonly began: Millis;
  readonly took: Millis;
}

/** The reasons that a lease is given back without an uncordon. */
export type Kept = "void" | "was-cordoned" | "cordoned-again" | "no-cordon";
const reasons: readonly Kept[] = ["void", "was-cordoned", "cordoned-again", "no-cordon"];

/** Four months: no restart takes longer. */
const mostSeconds = 10_000_000;
const mostBy = 120;

/** ASCII, at most 300 bytes: what does not fit is left out, the command first. Undefined: not even the times fit. */
export function formatNodeRecord(record: NodeRecord): string | undefined {
  const { by, command, pull, ...times } = recordFields(record);
  const short = by?.slice(0, mostBy);
  const verb = command === undefined ? undefined : { verb: command.verb };
  return [
    { ...times, pull, by: short, command },
    // The command is the same on every node of a run, the pull is this node's own.
    { ...times, pull, by: short, command: verb },
    { ...times, pull, command: verb },
    { ...times, pull },
    times,
  ]
    .map((fields) => ascii(JSON.stringify(fields)))
    .find((text) => text.length <= mostRecordBytes);
}

/** What a record holds, whole: times as seconds after `began`, with one decimal. */
export function recordFields(record: NodeRecord) {
  const { run, from, bound, kept, by, command, pulled } = record;
  const began = formatTime(record.began);
  const start = parseTime(began) ?? 0;
  const ended = offset(record.ended, start, mostSeconds);
  const within = (at: Millis | undefined) => (at === undefined ? undefined : offset(at, start, ended));
  const span = (time: Millis | undefined) => (time === undefined ? undefined : offset(time, 0, mostSeconds));
  return {
    run,
    from,
    began,
    deleted: within(record.deleted),
    ready: within(record.ready),
    ended,
    down: span(record.down),
    notReady: span(record.notReady),
    bound,
    kept,
    pull: pulled === undefined ? undefined : pullOf(pulled, start),
    by,
    command,
  };
}

/** How many seconds before the beginning, and for how long: it ended before that. */
function pullOf({ began, took }: ImagePull, start: Millis): readonly [number, number] {
  const before = offset(start, began, mostSeconds);
  return [before, offset(took, 0, before)];
}

/** Anybody may have edited it. Undefined: there is none; "unreadable": there is one, and it is none of ours. */
export function parseNodeRecord(text: string | undefined): NodeRecord | "unreadable" | undefined {
  if (text === undefined) return undefined;
  if (text.length > mostRecordBytes) return "unreadable";
  try {
    return nodeRecordIn(JSON.parse(text));
  } catch {
    return "unreadable";
  }
}

/** The record that these fields are of, whoever has written them. */
export function nodeRecordIn(value: unknown): NodeRecord | "unreadable" {
  if (!isRecord(value)) return "unreadable";
  const { run, from, bound, kept, by } = value;
  const start = timeOf(value["began"]);
  const ended = secondsOf(value["ended"]);
  if (!isRunOfNodes(run)) return "unreadable";
  if (start === undefined || typeof ended !== "number") return "unreadable";
  const deleted = secondsOf(value["deleted"], ended);
  const ready = secondsOf(value["ready"], ended);
  const down = secondsOf(value["down"]);
  const notReady = secondsOf(value["notReady"]);
  const pulled = pulledIn(value["pull"], start);
  const command = value["command"] === undefined ? undefined : (parseRunCommand(value["command"]) ?? "wrong");
  if ([deleted, ready, down, notReady].includes("wrong") || command === "wrong" || pulled === "wrong")
    return "unreadable";
  if (from !== undefined && !(Number.isSafeInteger(from) && Number(from) >= 0)) return "unreadable";
  if (bound !== undefined && bound !== "at most" && bound !== "at least") return "unreadable";
  const reason = reasons.find((each) => each === kept);
  if (kept !== undefined && reason === undefined) return "unreadable";
  if (by !== undefined && typeof by !== "string") return "unreadable";
  const at = (seconds: Seconds) => (typeof seconds === "number" ? start + millis(seconds) : undefined);
  const span = (seconds: Seconds) => (typeof seconds === "number" ? millis(seconds) : undefined);
  return withoutUndefined<NodeRecord>({
    run,
    from: from === undefined ? undefined : Number(from),
    pulled,
    began: start,
    deleted: at(deleted),
    ready: at(ready),
    ended: start + millis(ended),
    down: span(down),
    notReady: span(notReady),
    bound,
    kept: reason,
    by,
    command,
  });
}

/** `<DaemonSet UID>/<revision number>`. */
export function isRunOfNodes(run: unknown): run is string {
  return typeof run === "string" && /^[\w.:-]{1,100}\/\d{1,15}$/.test(run);
}

function pulledIn(value: unknown, start: Millis): ImagePull | "wrong" | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== 2) return "wrong";
  const before = secondsOf(value[0]);
  if (typeof before !== "number") return "wrong";
  const took = secondsOf(value[1], before);
  return typeof took === "number" ? { began: start - millis(before), took: millis(took) } : "wrong";
}

type Seconds = number | "wrong" | undefined;

function secondsOf(value: unknown, most = mostSeconds): Seconds {
  if (value === undefined) return undefined;
  return typeof value === "number" && value >= 0 && value <= most ? value : "wrong";
}

function timeOf(value: unknown): Millis | undefined {
  const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
  return isTime ? parseTime(value) : undefined;
}

/** Seconds with one decimal; clocks of two machines may differ, so that a time lies before the beginning. */
function offset(at: Millis, start: Millis, most: number): number {
  return Math.min(Math.max(Math.round((at - start) / 100) / 10, 0), most);
}

function millis(seconds: number): Millis {
  return Math.round(seconds * 10) * 100;
}

function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7E]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function withoutUndefined<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as T;
}

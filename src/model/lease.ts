import type { JsonObject } from "./kube.ts";
import { parseRunCommand, type RunCommand } from "./run-command.ts";
import { formatTime, parseTime, type Millis } from "./time.ts";

/**
 * What our annotation on a Node says (hazard H13): we cordoned it, for this run, to replace this pod.
 * On a schedulable node it is void unless `noCordon` is set.
 */
export interface CordonLease {
  /** `<DaemonSet UID>/<revision number>`. */
  readonly run: string;
  readonly holder: string;
  readonly since: Millis;
  /** The node was unschedulable before us: it stays so afterwards. */
  readonly wasUnschedulable: boolean;
  /** UID of the pod that this restart replaces: a pod of another UID is the replacement. */
  readonly replaces?: string;
  /** The number of the revision that the node ran before; absent where it is not known. */
  readonly from?: number;
  /** Restarted under --no-cordon: the lease only records the work. */
  readonly noCordon?: boolean;
}

/** The run's lease on the DaemonSet: one run works at a time (hazard H13). */
export interface RunLease {
  readonly run: string;
  /** Who works now; absent when the last process ended by itself. */
  readonly holder?: string;
  readonly renewed?: Millis;
  /** What began the run and continues it (hazard H33). */
  readonly command?: RunCommand;
}

/** A run whose `renewed` is older than this may be continued by anyone (hazard H13). */
export const leaseExpiry: Millis = 60_000;

/** Undefined: no annotation. "unreadable": there is one, and it is not ours or was edited. */
export function parseCordonLease(text: string | undefined): CordonLease | "unreadable" | undefined {
  if (text === undefined) return undefined;
  const value = parseObject(text);
  const since = parseTime(asString(value?.["since"]));
  const run = asString(value?.["run"]);
  if (value === undefined || since === undefined || run === undefined) return "unreadable";
  const replaces = asString(value["replaces"]);
  const from = value["from"];
  return {
    run,
    holder: asString(value["holder"]) ?? "",
    since,
    wasUnschedulable: value["wasUnschedulable"] === true,
    ...(replaces === undefined ? {} : { replaces }),
    ...(typeof from === "number" && Number.isSafeInteger(from) && from >= 0 ? { from } : {}),
    ...(value["noCordon"] === true ? { noCordon: true } : {}),
  };
}

export function formatCordonLease(lease: CordonLease): string {
  return JSON.stringify({ ...lease, since: formatTime(lease.since) });
}

export function parseRunLease(text: string | undefined): RunLease | "unreadable" | undefined {
  if (text === undefined) return undefined;
  const value = parseObject(text);
  const run = asString(value?.["run"]);
  if (value === undefined || run === undefined) return "unreadable";
  const holder = asString(value["holder"]);
  const renewed = parseTime(asString(value["renewed"]));
  const command = parseRunCommand(value["command"]);
  return {
    run,
    ...(holder === undefined ? {} : { holder }),
    ...(renewed === undefined ? {} : { renewed }),
    ...(command === undefined ? {} : { command }),
  };
}

export function formatRunLease(lease: RunLease): string {
  const { renewed, ...rest } = lease;
  return JSON.stringify({ ...rest, ...(renewed === undefined ? {} : { renewed: formatTime(renewed) }) });
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}

function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

import { isRunOfNodes, nodeRecordIn, recordFields, type NodeRecord } from "./node-record.ts";
import { isRecord } from "./record.ts";
import { parseRunCommand, type RunCommand } from "./run-command.ts";
import { formatTime, parseTime, type Millis } from "./time.ts";

/** What a run has left on its nodes, which keep the last run only, as its folder keeps it. */
export interface RunRecords {
  /** `<DaemonSet UID>/<revision number>`. */
  readonly run: string;
  /** When it was collected, by the API server's clock. */
  readonly collected: Millis;
  /** What was run; whole, where a node's record has room for its name alone. */
  readonly command?: RunCommand;
  readonly nodes: readonly CollectedNode[];
}

export interface CollectedNode {
  readonly name: string;
  readonly zone?: string;
  readonly record: NodeRecord;
}

export function formatRunRecords({ run, collected, command, nodes }: RunRecords): string {
  const file = {
    apiVersion,
    kind,
    run,
    collected: formatTime(collected),
    command,
    nodes: nodes.map(({ record, ...node }) => ({ ...node, record: recordFields(record) })),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** Anybody may have edited the file: undefined unless all of it is what a run writes. */
export function parseRunRecords(text: string): RunRecords | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value) || value["apiVersion"] !== apiVersion || value["kind"] !== kind) return undefined;
  const { run, nodes: listed } = value;
  const collected = typeof value["collected"] === "string" ? parseTime(value["collected"]) : undefined;
  if (!isRunOfNodes(run) || collected === undefined || !Array.isArray(listed)) return undefined;
  const command = parseRunCommand(value["command"]);
  if (value["command"] !== undefined && command === undefined) return undefined;
  const nodes = listed.flatMap((each) => nodeIn(each, run) ?? []);
  const isWhole =
    nodes.length === listed.length && new Set(nodes.map(({ name }) => name)).size === nodes.length;
  return isWhole ? { run, collected, ...(command === undefined ? {} : { command }), nodes } : undefined;
}

const apiVersion = "calico-upgrade/v1alpha1";
const kind = "RunRecords";

function nodeIn(value: unknown, run: string): CollectedNode | undefined {
  if (!isRecord(value)) return undefined;
  const { name, zone } = value;
  const record = nodeRecordIn(value["record"]);
  if (typeof name !== "string" || !/^[a-z0-9][-a-z0-9.]{0,252}$/.test(name)) return undefined;
  if (zone !== undefined && (typeof zone !== "string" || !/^[-\w.]{0,63}$/.test(zone))) return undefined;
  if (record === "unreadable" || record.run !== run) return undefined;
  return { name, ...(zone === undefined ? {} : { zone }), record };
}

import type { Truth } from "../../model/reading.ts";
import { parseTime, type Millis } from "../../model/time.ts";
import { age, humanDuration } from "../duration.ts";
import { tagOf } from "./components.ts";
import type { ComponentStatus, NodeStatus, UpgradeStatus } from "./kind.ts";

/** A table as text: its head and its rows. */
export interface Grid {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const none = "<none>";
const unknown = "<unknown>";

export function componentGrid(components: readonly ComponentStatus[], wide: boolean): Grid {
  const noted = components.some(({ note }) => note !== undefined);
  return {
    head: [
      "COMPONENT",
      "NAMESPACE",
      "WORKLOAD",
      "VERSION",
      "READY",
      ...(wide ? ["IMAGE"] : []),
      ...(noted ? ["NOTE"] : []),
    ],
    rows: components.map(({ component, namespace, kind, name, version, ready, desired, image, note }) => [
      component,
      namespace,
      `${kind.toLowerCase()}/${name}`,
      version,
      // The CNI plugin's image runs in calico-node's pods: it is not ready or unready by itself.
      component === "cni" ? none : `${ready}/${desired}`,
      ...(wide ? [image] : []),
      ...(noted ? [note ?? ""] : []),
    ]),
  };
}

/** Columns of labels, after all others: -L and --show-labels. */
export interface LabelColumns {
  readonly labelColumns?: readonly string[];
  readonly showLabels?: boolean;
}

export function nodeGrid(status: UpgradeStatus, wide: boolean, labels: LabelColumns = {}): Grid {
  const now = parseTime(status.cluster.observed) ?? 0;
  const several = status.daemonSets.length > 1;
  return {
    head: [
      "NODE",
      "STATUS",
      ...(several ? ["DAEMONSET"] : []),
      "POD",
      "VERSION",
      "UPDATED",
      "READY",
      "RESTARTS",
      "AGE",
      ...(wide ? ["ROLES", "KUBELET", "REVISION", "IMAGE"] : []),
      "NOTE",
      ...labelHeads(labels),
    ],
    rows: status.nodes.map((node) => [
      ...nodeRow(node, { now, several, wide }),
      ...labelCells(node.labels, labels),
    ]),
  };
}

/** `topology.kubernetes.io/zone` has the head ZONE, as in kubectl. */
function labelHeads({ labelColumns = [], showLabels = false }: LabelColumns): readonly string[] {
  return [
    ...labelColumns.map((label) => (label.split("/").at(-1) ?? "").toUpperCase()),
    ...(showLabels ? ["LABELS"] : []),
  ];
}

function labelCells(
  labels: NodeStatus["labels"],
  { labelColumns = [], showLabels = false }: LabelColumns,
): readonly string[] {
  if (labels === undefined) return [...labelColumns, ...(showLabels ? [""] : [])].map(() => unknown);
  const all = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort();
  return [
    ...labelColumns.map((label) => labels[label] ?? ""),
    ...(showLabels ? [all.length === 0 ? none : all.join(",")] : []),
  ];
}

function nodeRow(
  node: NodeStatus,
  { now, several, wide }: { readonly now: Millis; readonly several: boolean; readonly wide: boolean },
): readonly string[] {
  const { pod } = node;
  // Without a pod there is nothing to say, unless it is only that pods could not be read.
  const absent = node.updated === "unknown" && node.expected !== false ? unknown : none;
  return [
    node.name,
    nodeState(node),
    ...(several ? [node.daemonSet ?? none] : []),
    pod?.name ?? absent,
    node.release?.text ?? absent,
    node.expected === false && pod === undefined ? none : truth(node.updated),
    pod === undefined ? absent : isSilent(node) ? unknown : `${pod.containersReady}/${pod.containers}`,
    pod === undefined ? absent : restarts(pod, now),
    pod === undefined ? absent : age(parseTime(pod.created), now),
    ...(wide
      ? [
          node.roles.length === 0 ? none : node.roles.join(","),
          node.kubelet ?? unknown,
          pod?.revisionHash ?? (pod === undefined ? absent : none),
          pod === undefined ? absent : pod.image === "" ? tagOf(pod.image) : pod.image,
        ]
      : []),
    node.notes.map(({ text }) => text).join("; "),
  ];
}

/** What the API shows of its pod is as old as its kubelet's last word (hazard H16). */
function isSilent({ notes }: NodeStatus): boolean {
  return notes.some(({ id }) => id === "silent");
}

/** As the STATUS column of `kubectl get nodes`. */
function nodeState({ ready, schedulable }: NodeStatus): string {
  if (schedulable === "unknown") return unknown;
  return `${ready === true ? "Ready" : "NotReady"}${schedulable ? "" : ",SchedulingDisabled"}`;
}

function truth(value: Truth): string {
  return value === "unknown" ? unknown : value ? "yes" : "no";
}

function restarts(
  { restarts: count, lastRestart }: { readonly restarts: number; readonly lastRestart?: string },
  now: Millis,
): string {
  const at = parseTime(lastRestart);
  return at === undefined || count === 0 ? `${count}` : `${count} (${humanDuration(now - at)} ago)`;
}

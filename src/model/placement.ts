import type { DaemonSetFacts } from "./daemonset.ts";
import type { NodeFacts, Taint } from "./node.ts";
import type { PodFacts } from "./pod.ts";
import type { Truth } from "./reading.ts";
import type { NodeTerm, TemplateFacts, Toleration } from "./template.ts";

/** Whether the pod belongs to the DaemonSet: owned by it, or left without a controller and matching. */
export function belongsTo(pod: PodFacts, daemonSet: DaemonSetFacts): boolean {
  if (pod.owner !== undefined) return pod.owner === daemonSet.uid;
  const selector = Object.entries(daemonSet.selector);
  return (
    pod.namespace === daemonSet.namespace &&
    selector.length > 0 &&
    selector.every(([key, value]) => pod.labels[key] === value)
  );
}

/**
 * The DaemonSet's pods by node (hazard H10). The one that counts comes first: not terminating before
 * terminating, not finished before finished, newest before older.
 */
export function podsByNode(
  pods: readonly PodFacts[],
  daemonSet: DaemonSetFacts,
): ReadonlyMap<string, readonly PodFacts[]> {
  const byNode = new Map<string, PodFacts[]>();
  for (const pod of pods) {
    if (pod.node === undefined || !belongsTo(pod, daemonSet)) continue;
    const there = byNode.get(pod.node);
    if (there === undefined) byNode.set(pod.node, [pod]);
    else there.push(pod);
  }
  for (const there of byNode.values()) if (there.length > 1) there.sort(byWeight);
  return byNode;
}

function byWeight(left: PodFacts, right: PodFacts): number {
  return (
    Number(left.deletedAt !== undefined) - Number(right.deletedAt !== undefined) ||
    Number(finished(left)) - Number(finished(right)) ||
    right.created - left.created ||
    right.name.localeCompare(left.name)
  );
}

function finished(pod: PodFacts): boolean {
  return pod.phase === "Failed" || pod.phase === "Succeeded";
}

/** What the DaemonSet controller tolerates by itself (Kubernetes 1.12 and later). */
const tolerated = new Set([
  "node.kubernetes.io/not-ready",
  "node.kubernetes.io/unreachable",
  "node.kubernetes.io/disk-pressure",
  "node.kubernetes.io/memory-pressure",
  "node.kubernetes.io/pid-pressure",
  "node.kubernetes.io/unschedulable",
  "node.kubernetes.io/network-unavailable",
]);

/** Whether the DaemonSet controller wants a pod of this template on this node. */
export function shouldRun(node: NodeFacts, template: TemplateFacts): Truth {
  return admits(node, template, tolerated);
}

/**
 * Whether the scheduler may put a pod of this template there, room for it left aside. A cordoned node takes
 * only pods that tolerate the unschedulable taint; one that is not Ready takes none that wait for Ready.
 */
export function canSchedule(node: NodeFacts, template: TemplateFacts): Truth {
  if (node.deleting || node.ready === false) return false;
  const unschedulable: Taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };
  const taints = node.unschedulable ? [...node.taints, unschedulable] : node.taints;
  const admitted = admits({ ...node, taints }, template, new Set());
  return admitted === true && node.ready === "unknown" ? "unknown" : admitted;
}

function admits(node: NodeFacts, template: TemplateFacts, spared: ReadonlySet<string>): Truth {
  const selected = Object.entries(template.nodeSelector).every(([key, value]) => node.labels[key] === value);
  if (!selected) return false;
  const blocked = node.taints.some(
    (taint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") &&
      !spared.has(taint.key) &&
      !template.tolerations.some((toleration) => tolerates(toleration, taint)),
  );
  if (blocked) return false;
  const terms = template.nodeTerms;
  if (terms === undefined || terms.some((term) => matches(term, node) === true)) return true;
  return terms.some((term) => matches(term, node) === "unknown") ? "unknown" : false;
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect)
    return false;
  const exists = toleration.operator === "Exists";
  if (toleration.key === undefined || toleration.key === "") return exists;
  return toleration.key === taint.key && (exists || (toleration.value ?? "") === (taint.value ?? ""));
}

/** An empty term matches no node; an operator we do not know is unknown. */
function matches(term: NodeTerm, node: NodeFacts): Truth {
  const answers = [
    ...term.labels.map((need) => holds(need.operator, need.values, node.labels[need.key])),
    ...term.fields.map((need) =>
      need.key === "metadata.name" ? holds(need.operator, need.values, node.name) : ("unknown" as const),
    ),
  ];
  if (answers.length === 0 || answers.includes(false)) return false;
  return answers.includes("unknown") ? "unknown" : true;
}

function holds(operator: string, values: readonly string[], value: string | undefined): Truth {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return "unknown";
  }
}

import type { CalicoNode } from "../../facts/nodes.ts";
import { nameOf } from "../../facts/which.ts";
import { calicoNode, type PodFacts } from "../../model/pod.ts";
import { formatTime, type Millis } from "../../model/time.ts";
import type { NodeStatus, PodStatus } from "./kind.ts";
import { noteText } from "./note-text.ts";

/** The row of one node. */
export function nodeStatus(seen: CalicoNode, now: Millis): NodeStatus {
  const {
    name,
    node,
    daemonSet,
    pods: [pod],
    expected,
    updated,
    config,
    todo,
    release,
  } = seen;
  return {
    name,
    ready: node?.ready ?? "unknown",
    schedulable: node === undefined ? "unknown" : !node.unschedulable,
    roles: node?.roles ?? [],
    expected,
    updated,
    configCurrent: config.current,
    todo,
    ...(node === undefined ? {} : { labels: node.labels }),
    ...(node?.kubelet === undefined ? {} : { kubelet: node.kubelet }),
    ...(daemonSet === undefined ? {} : { daemonSet: nameOf(daemonSet) }),
    ...(pod === undefined ? {} : { pod: podStatus(pod) }),
    ...(release === undefined ? {} : { release }),
    notes: seen.notes.map((note) => ({ id: note.id, text: noteText(note, now) })),
  };
}

function podStatus(pod: PodFacts): PodStatus {
  const restarted = Math.max(0, ...pod.containers.map(({ last }) => last?.finishedAt ?? 0));
  return {
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    image: calicoNode(pod)?.image ?? "",
    created: formatTime(pod.created),
    ready: pod.ready,
    containersReady: pod.containers.filter(({ ready }) => ready).length,
    containers: pod.containers.length,
    restarts: restarts(pod),
    ...(restarted === 0 ? {} : { lastRestart: formatTime(restarted) }),
    ...(pod.revisionHash === undefined ? {} : { revisionHash: pod.revisionHash }),
  };
}

/** As `kubectl get pods` counts: the init containers' while they run, the containers' afterwards. */
function restarts(pod: PodFacts): number {
  const starting = pod.initContainers.some(({ terminated, ready }) => !ready && terminated?.exitCode !== 0);
  const counted = starting && pod.containers.every(({ restarts }) => restarts === 0);
  return (counted ? pod.initContainers : pod.containers).reduce((sum, entry) => sum + entry.restarts, 0);
}

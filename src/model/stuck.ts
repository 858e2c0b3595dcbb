import type { EventFacts } from "./event.ts";
import { calicoImage, parseImage } from "./image.ts";
import type { NodeFacts } from "./node.ts";
import type { ContainerFacts, PodFacts, Terminated } from "./pod.ts";
import type { Millis } from "./time.ts";
import { plural } from "./words.ts";

/** Why a pod does not get on: the reason in the kubelet's or scheduler's words. */
export interface Stuck {
  /** ImagePullBackOff, CrashLoopBackOff, Unschedulable, Terminating, NotReady, … */
  readonly reason: string;
  readonly container?: string;
  readonly image?: string;
  readonly message?: string;
  readonly exitCode?: number;
  /** Since when, where it is known. */
  readonly since?: Millis;
  /**
   * true: the kubelet, scheduler or controller has met an error. false: it may only need time (image
   * being pulled, container started and not Ready yet, pod within its grace period).
   */
  readonly failing: boolean;
}

/** Waiting reasons that say only that the kubelet is at work. */
const atWork = new Set(["ContainerCreating", "PodInitializing", "Waiting"]);

/** Events that say why a pod that waits does not get on, by what they explain. */
const explaining: ReadonlyMap<string, string> = new Map([
  ["FailedMount", "FailedMount"],
  ["FailedAttachVolume", "FailedMount"],
  ["FailedCreatePodSandBox", "FailedCreatePodSandBox"],
  ["FailedCreatePodContainer", "FailedCreatePodContainer"],
  ["FailedKillPod", "FailedKillPod"],
  ["NetworkNotReady", "NetworkNotReady"],
]);

/**
 * Why this pod is not (yet) running and Ready; undefined when it is. `events` are those about this
 * pod or more: others are left out here.
 */
export function stuckReason(pod: PodFacts, events: readonly EventFacts[] = []): Stuck | undefined {
  const own = events.filter(({ uid, name }) => (uid === undefined ? name === pod.name : uid === pod.uid));
  if (pod.deletedAt !== undefined) return terminating(pod, pod.deletedAt);
  if (pod.phase === "Failed" || pod.phase === "Succeeded") {
    return {
      reason: pod.reason ?? pod.phase,
      ...(pod.message === undefined ? {} : { message: oneLine(pod.message) }),
      failing: true,
    };
  }
  if (!pod.scheduled) return unscheduled(pod, own);
  const containers = [...pod.initContainers, ...pod.containers];
  const waiting = containers.find(
    (entry) => entry.waiting !== undefined && !atWork.has(entry.waiting.reason),
  );
  if (waiting?.waiting !== undefined) return waitingReason(waiting, waiting.waiting, own);
  const failed = containers.find(
    ({ terminated, name }) =>
      terminated !== undefined &&
      (terminated.exitCode !== 0 || pod.containers.some((entry) => entry.name === name)),
  );
  if (failed?.terminated !== undefined) return terminatedReason(failed, failed.terminated);
  if (pod.ready) return undefined;
  return starting(pod, own) ?? notReady(pod, own);
}

/**
 * Why there is no pod at all on a node that should have one: up to Kubernetes 1.11 only an event of
 * the DaemonSet tells (hazard H10).
 */
export function missingReason(
  node: string,
  daemonSet: { readonly uid: string },
  events: readonly EventFacts[] = [],
): Stuck {
  const about = latest(
    events.filter(
      ({ uid, reason, message }) =>
        uid === daemonSet.uid &&
        (reason === "FailedCreate" || (reason === "FailedPlacement" && message.includes(`"${node}"`))),
    ),
  );
  return {
    reason: about?.reason ?? "Missing",
    message: about === undefined ? "no pod on this node" : oneLine(about.message),
    failing: true,
  };
}

/** What the API shows of pods on a node whose kubelet is silent is as old as its last word (hazard H16). */
export function silentReason({ ready, readyMessage = "" }: NodeFacts): Stuck | undefined {
  if (ready !== "unknown") return undefined;
  const said = oneLine(readyMessage);
  return {
    reason: "NodeStatusUnknown",
    message: `the kubelet is silent${said === "" ? "" : ` (${said})`}: what is shown of its pods is old`,
    failing: true,
  };
}

/** One line: reason first, then what it is about, then the words of whoever said so. */
export function stuckText(stuck: Stuck): string {
  const { reason, container, image, message, exitCode } = stuck;
  const what =
    image !== undefined
      ? image
      : container !== undefined && container !== "calico-node"
        ? container
        : undefined;
  const parts = [
    what === undefined ? reason : `${reason} ${what}`,
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(message === undefined || message === "" ? [] : [message]),
  ];
  return parts.join(": ");
}

function terminating(pod: PodFacts, deletedAt: Millis): Stuck {
  return {
    reason: "Terminating",
    since: deletedAt - (pod.gracePeriod ?? 0) * 1000,
    failing: false,
  };
}

function unscheduled(pod: PodFacts, events: readonly EventFacts[]): Stuck {
  const event = latest(events.filter(({ reason }) => reason === "FailedScheduling"));
  const message = pod.unschedulable ?? event?.message;
  return message === undefined
    ? { reason: "Pending", message: "not scheduled yet", since: pod.created, failing: false }
    : { reason: "Unschedulable", message: oneLine(message), since: pod.created, failing: true };
}

function waitingReason(
  container: ContainerFacts,
  waiting: { readonly reason: string; readonly message?: string },
  events: readonly EventFacts[],
): Stuck {
  const { reason } = waiting;
  const { name, image, last } = container;
  const base = { reason, container: name, failing: true };
  if (reason === "CrashLoopBackOff") {
    const said = last?.message ?? exitMeaning(last);
    return {
      ...base,
      ...(last?.exitCode === undefined ? {} : { exitCode: last.exitCode }),
      ...(said === undefined ? {} : { message: oneLine(said) }),
      ...(last?.finishedAt === undefined ? {} : { since: last.finishedAt }),
    };
  }
  if (/Image/.test(reason)) {
    // "Back-off pulling image" says less than the error before it, which an event may still hold.
    const event = latest(
      events.filter((entry) => entry.reason === "Failed" && entry.message.includes(image)),
    );
    const message =
      event !== undefined && /^Back-off|^$/.test(waiting.message ?? "") ? event.message : waiting.message;
    return { ...base, image, ...(message === undefined ? {} : { message: oneLine(message) }) };
  }
  return { ...base, ...(waiting.message === undefined ? {} : { message: oneLine(waiting.message) }) };
}

function terminatedReason(container: ContainerFacts, terminated: Terminated): Stuck {
  const message = terminated.message ?? exitMeaning(terminated);
  return {
    reason: terminated.reason ?? "Error",
    container: container.name,
    ...(terminated.exitCode === undefined ? {} : { exitCode: terminated.exitCode }),
    ...(message === undefined ? {} : { message: oneLine(message) }),
    ...(terminated.finishedAt === undefined ? {} : { since: terminated.finishedAt }),
    failing: true,
  };
}

/** The kubelet is at work on an init container or an image; an event may say why that does not end. */
function starting(pod: PodFacts, events: readonly EventFacts[]): Stuck | undefined {
  const now = [...pod.initContainers, ...pod.containers].find(
    ({ waiting, startedAt, terminated }) =>
      waiting !== undefined || (startedAt === undefined && terminated === undefined),
  );
  const init = pod.initContainers.find(({ startedAt }) => startedAt !== undefined);
  if (init !== undefined)
    return { reason: "Init", container: init.name, since: init.startedAt ?? pod.created, failing: false };
  if (now === undefined) return undefined;
  const event = latest(events.filter(({ reason }) => explaining.has(reason)));
  if (event !== undefined) {
    return {
      reason: explaining.get(event.reason) ?? event.reason,
      message: oneLine(event.message),
      since: pod.created,
      failing: true,
    };
  }
  const pulling = latest(events.filter(({ reason }) => reason === "Pulling" || reason === "Pulled"));
  if (pulling?.reason === "Pulling" && pulling.message.includes(now.image))
    return { reason: "Pulling", image: now.image, since: pulling.last ?? pod.created, failing: false };
  return { reason: now.waiting?.reason ?? "ContainerCreating", since: pod.created, failing: false };
}

function notReady(pod: PodFacts, events: readonly EventFacts[]): Stuck {
  const unready = pod.containers.filter(({ ready }) => !ready);
  const container = unready.find(isCalicoNode) ?? unready[0];
  const event = latest(
    events.filter(({ reason, message }) => reason === "Unhealthy" && message.startsWith("Readiness")),
  );
  const since = container?.startedAt;
  const said = [crashedBefore(container), event === undefined ? undefined : oneLine(event.message)]
    .filter((each) => each !== undefined)
    .join("; ");
  return {
    reason: "NotReady",
    ...(container === undefined ? {} : { container: container.name }),
    message: said === "" ? "running, and its readiness probe has not passed" : said,
    ...(since === undefined ? {} : { since }),
    failing: false,
  };
}

/** Between two crashes a container runs: what it came from says more than what it does. */
function crashedBefore(container: ContainerFacts | undefined): string | undefined {
  const exitCode = container?.last?.exitCode;
  if (container === undefined || exitCode === undefined || exitCode === 0 || container.restarts === 0)
    return undefined;
  const { restarts } = container;
  return `restarted ${plural(restarts, "time")}, last with exit code ${exitCode}`;
}

function isCalicoNode({ name, image }: ContainerFacts): boolean {
  return name === "calico-node" || calicoImage(parseImage(image)) === "calico/node";
}

function exitMeaning(terminated: Terminated | undefined): string | undefined {
  const reason = terminated?.reason;
  return reason === undefined || reason === "Error" || reason === "Completed" ? undefined : reason;
}

function latest(events: readonly EventFacts[]): EventFacts | undefined {
  return events.reduce<EventFacts | undefined>(
    (newest, next) => (newest === undefined || (next.last ?? 0) >= (newest.last ?? 0) ? next : newest),
    undefined,
  );
}

/** A kubelet's message as one line: log tails and image errors come with line ends. */
function oneLine(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("; ");
}

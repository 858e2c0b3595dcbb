import type { EventFacts } from "../../model/event.ts";
import type { NodeFacts } from "../../model/node.ts";
import type { ContainerFacts, PodFacts } from "../../model/pod.ts";
import { silentReason, stuckReason, type Stuck } from "../../model/stuck.ts";

/** How far a pod that pulls images is. */
export type PullState =
  | { readonly kind: "pulled" }
  | { readonly kind: "pulling"; readonly why?: Stuck }
  /** `final`: trying again would change nothing. */
  | { readonly kind: "failing"; readonly why: Stuck; readonly final: boolean };

/** What the kubelet does after it has the image (kuberuntime `startContainer`: the image is its first step). */
const afterThePull = new Set(["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]);

/** What no second try of the kubelet mends. */
const finalReasons = new Set(["InvalidImageName", "ErrImageNeverPull"]);
/** containerd's, CRI-O's and Docker's words for a tag that the registry does not have. */
const noSuchImage = /: not found\b|manifest unknown|manifest for \S+ not found|code = NotFound/;

/** By what its kubelet says of the containers; their programs are never relied on. */
export function pullStateOf(
  pod: PodFacts,
  node: NodeFacts | undefined,
  events: readonly EventFacts[],
): PullState {
  if (pod.containers.length > 0 && pod.containers.every(hasImage)) return { kind: "pulled" };
  const silent = node === undefined ? undefined : silentReason(node);
  if (silent !== undefined) return { kind: "failing", why: silent, final: false };
  const open = { ...pod, containers: pod.containers.filter((container) => !hasImage(container)) };
  const why = stuckReason(open, events);
  if (why === undefined || !why.failing)
    return why === undefined ? { kind: "pulling" } : { kind: "pulling", why };
  // The kubelet refused or ended the pod: no room, a node that does not fit.
  const ended = pod.phase === "Failed" || pod.phase === "Succeeded";
  return { kind: "failing", why, final: ended || isFinal(why) };
}

function hasImage({ imageID, waiting }: ContainerFacts): boolean {
  return imageID !== undefined || (waiting !== undefined && afterThePull.has(waiting.reason));
}

function isFinal({ reason, message = "" }: Stuck): boolean {
  return finalReasons.has(reason) || noSuchImage.test(message);
}

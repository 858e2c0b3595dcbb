import type { KubeObject } from "../../model/kube.ts";
import { otherPod, type DetachedPod } from "../../model/detached.ts";
import { leaseExpiry, type RunLease } from "../../model/lease.ts";
import { recordOf } from "../../model/record.ts";
import type { Millis } from "../../model/time.ts";

/** What a pod of a Job makes of the run's lease that it finds. */
export type Succession =
  /** Nobody's to take from here: it is free, somebody else's, or of a pod that works. */
  | { readonly kind: "none" }
  /** This holder has ended: its lease is taken over now. */
  | { readonly kind: "takes"; readonly holder: string }
  /** That pod is on its way out, and gives its lease back. */
  | { readonly kind: "waits"; readonly pod: string };

/** The pod of the same Job that has to be looked at first; undefined: none. */
export function podBefore(
  lease: RunLease | "unreadable" | undefined,
  self: Pick<DetachedPod, "job" | "pod">,
): string | undefined {
  return lease === undefined || lease === "unreadable" ? undefined : otherPod(lease.holder, self);
}

/**
 * A lease goes to the next pod at once only where the pod that holds it was read and has ended; else it expires by the
 * server's clock, as everybody's (hazard H13). `pod`: undefined where the server has none of that name.
 */
export function succession(
  lease: RunLease | "unreadable" | undefined,
  self: Pick<DetachedPod, "job" | "pod">,
  pod: KubeObject | undefined,
  now: Millis,
): Succession {
  const name = podBefore(lease, self);
  if (name === undefined || lease === undefined || lease === "unreadable" || lease.holder === undefined)
    return { kind: "none" };
  if (pod === undefined || hasEnded(pod)) return { kind: "takes", holder: lease.holder };
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  // On a silent node a pod stays for ever.
  const expires = (lease.renewed ?? 0) + leaseExpiry;
  return isEnding && now < expires ? { kind: "waits", pod: name } : { kind: "none" };
}

/** Its containers run no more. */
export function hasEnded(pod: KubeObject): boolean {
  const phase = recordOf(pod["status"])?.["phase"];
  return phase === "Succeeded" || phase === "Failed";
}

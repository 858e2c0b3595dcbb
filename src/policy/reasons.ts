import type { Verdicts } from "./differences.ts";
import type { Profile } from "./profile.ts";

/** Why a flow changes. The policies are places in the universe's. */
export interface Reason {
  readonly kind:
    /** Policies that selected pods in an open namespace begin to isolate them. */
    | "policy"
    /** The annotation that closed the namespace has no effect any more, and no policy selects the pod. */
    | "annotation"
    /** The same policies, read in another way: ipBlock or policyTypes. */
    | "reading"
    /** Egress rules begin to be enforced. */
    | "egress"
    /** Whether the namespace is closed is not clear. */
    | "unclear"
    /** A policy is not understood. */
    | "unreadable"
    /** Pods without an address that an ipBlock may hold, or of which it holds one and not the other. */
    | "no address"
    /** What the destination lets in is not known, before or after. */
    | "other end";
  /** Whose end it lies at: the policies are those of the destination's namespace or of the source's. */
  readonly side: "ingress" | "egress";
  readonly policies: readonly number[];
}

export function ingressReason(first: Profile, second: Profile, { before, after }: Verdicts): Reason {
  const side = "ingress";
  const policies = [...new Set([...second.policies, ...first.policies])];
  if (before === "unknown" || after === "unknown") {
    if (first.doubt === "isolation") return { kind: "unclear", side, policies };
    const doubtful = first.doubt ?? second.doubt;
    return { kind: doubtful === undefined ? "no address" : "unreadable", side, policies };
  }
  if (second.mode === "open") return { kind: "annotation", side, policies: [] };
  return first.mode === "open"
    ? { kind: "policy", side, policies: second.policies }
    : { kind: "reading", side, policies };
}

export function egressReason(egress: Profile, { before, after }: Verdicts, exact: boolean): Reason {
  const { policies, doubt } = egress;
  const side = "egress";
  if (before !== "unknown" && after !== "unknown") return { kind: "egress", side, policies };
  if (exact) return { kind: "other end", side, policies };
  return { kind: doubt === undefined ? "no address" : "unreadable", side, policies };
}

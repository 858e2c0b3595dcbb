import type { BgpSession } from "../../model/bgp-session.ts";
import type { PodFacts } from "../../model/pod.ts";
import type { Millis } from "../../model/time.ts";
import type { PodRead } from "../pod-of-template.ts";

/** What a node run asks without writing. */
export type NodeRead = PodRead | BgpRead;

/** BIRD of a node's calico-node is asked for its BGP sessions; nothing is changed. */
export interface BgpRead {
  readonly kind: "bgp";
  readonly node: string;
  readonly pod: PodFacts;
  readonly when: "before" | "after";
}

/** What this process has been told of the BGP sessions of a node. */
export interface BgpSeen {
  /** The last answer of the pod that is restarted. */
  readonly before?: BgpLook;
  /** The last answer of its replacement. */
  readonly after?: BgpLook;
  /** When the replacement was last asked in vain, how often in a row, and why. */
  readonly failed?: { readonly at: Millis; readonly times: number; readonly why: string };
  /** Nobody is asked any more, and why. */
  readonly unverified?: string;
}

export interface BgpLook {
  readonly pod: string;
  readonly at: Millis;
  readonly sessions: readonly BgpSession[];
}

/** What was up before a restart and what is up again. */
export interface BgpReturn {
  readonly before: readonly BgpSession[];
  /** Those of them that are up again. */
  readonly back: readonly BgpSession[];
  /** Since the old calico-node ended. */
  readonly at: Millis;
}

/** What became of the sessions; undefined: nobody knows. */
export function bgpReturn(bgp: BgpSeen | undefined): BgpReturn | undefined {
  const { before, after, unverified } = bgp ?? {};
  if (before === undefined || after === undefined || unverified !== undefined) return undefined;
  const up = before.sessions.filter(({ established }) => established);
  const names = new Set(after.sessions.flatMap(({ name, established }) => (established ? [name] : [])));
  return { before: up, back: up.filter(({ name }) => names.has(name)), at: after.at };
}

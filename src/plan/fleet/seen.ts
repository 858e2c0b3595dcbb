import type { Stop } from "../decision.ts";

/** What this process has seen of the nodes that it does not work on. */
export interface FleetSeen {
  /** calico-node by node, as it was last seen. */
  readonly pods: ReadonlyMap<string, { readonly uid: string; readonly restarts: number }>;
  /** Other components of Calico that had a Ready pod. */
  readonly components: ReadonlySet<string>;
  /** Fingerprint of the template that nodes are brought to, since the first was begun. */
  readonly template?: string;
  /** Latched: no other node is begun, and the run ends with the nodes that it works on. */
  readonly halt?: Stop;
}

export const nothingWatched: FleetSeen = { pods: new Map(), components: new Set() };

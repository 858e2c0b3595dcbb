import type { Millis } from "../../model/time.ts";
import type { Stop } from "../decision.ts";
import type { LeaseSeen } from "../lease/under-lease.ts";

/** What this process has seen of the pulls. */
export interface PrepullSeen extends LeaseSeen {
  /** By node: when its pod was asked for first. */
  readonly began: Readonly<Record<string, Millis>>;
  /** By node: since when it fails, and the first words on it, which say the most. */
  readonly failing: Readonly<Record<string, PullFailure>>;
  /** By node: how long that took. */
  readonly pulled: Readonly<Record<string, Millis>>;
  /** Nodes that went away. */
  readonly gone: readonly string[];
  readonly interrupted?: Millis;
  readonly stop?: Stop;
}

export interface PullFailure {
  readonly since: Millis;
  readonly text: string;
  readonly final: boolean;
}

export const nothingPulled: PrepullSeen = { began: {}, failing: {}, pulled: {}, gone: [] };

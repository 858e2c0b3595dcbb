import type { Millis } from "../../model/time.ts";

/** What was pulled before the first node was touched. */
export interface PrepullResult {
  /** Nodes that the run restarts. */
  readonly of: number;
  /** Those where images were to be pulled, in the order of the run. */
  readonly nodes: readonly PulledNode[];
}

export interface PulledNode {
  readonly name: string;
  readonly images: readonly string[];
  readonly result: "pulled" | "failed" | "vanished" | "not reached";
  /** How long that took, of pulled in a real run. */
  readonly took?: Millis;
  /** Why it failed, in the words of kubelet and registry. */
  readonly why?: string;
}

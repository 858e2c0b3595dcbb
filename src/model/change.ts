import type { Millis } from "./time.ts";

/** One change of an object that a watch showed, by the server's clock. */
export interface ObjectChange {
  /** Namespace, NetworkPolicy, Pod. */
  readonly kind: string;
  /** Absent for a Namespace. */
  readonly namespace?: string;
  readonly name: string;
  readonly what: "created" | "relabelled" | "changed" | "deleted";
  readonly at: Millis;
}

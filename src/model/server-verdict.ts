import type { BgpSession } from "./bgp-session.ts";
import type { Millis } from "./time.ts";

/**
 * What the server says to a request that changes nothing (a dry run, an access review): it would take it, it
 * would not, or that cannot be known (hazards H07, H30).
 */
export type ServerVerdict =
  | { readonly kind: "passes" }
  /** In the server's own words, one for each refusal. */
  | { readonly kind: "refused"; readonly messages: readonly string[] }
  | { readonly kind: "unknown"; readonly why: string }
  | BgpAnswer;

/** What BIRD says of the sessions of a node, or why nobody knows; `at`: when it was asked, by the server's clock. */
export interface BgpAnswer {
  readonly kind: "bgp";
  readonly at: Millis;
  readonly sessions?: readonly BgpSession[];
  /** In one line, from elsewhere. */
  readonly why?: string;
}

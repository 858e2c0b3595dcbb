import type { Millis } from "./time.ts";

/** What is known of how long a restart takes before it is begun (hazard H22). */
export interface RestartForecast {
  /** How long BGP peers keep routes. */
  readonly budget: Millis;
  /** --grace-period, seconds. */
  readonly gracePeriod?: number;
  /** Of the nodes of this run that have lost a running calico-node: how long each was without it. */
  readonly earlier: readonly { readonly node: string; readonly time: Millis; readonly over: boolean }[];
}

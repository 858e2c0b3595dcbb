import type { BoundarySide } from "../../policy/crossing.ts";
import type { Driver } from "../../policy/isolation.ts";

/** What is known about the cluster beside its policies. */
export interface WhatIfSetting {
  readonly kubernetes: string;
  readonly calico: string;
  readonly driver: Driver;
  readonly target: string;
  readonly side: BoundarySide;
  /** Of -n. */
  readonly only?: string;
}

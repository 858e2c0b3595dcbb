/** A rule of a ClusterRole, with the releases that have it. */
import type { Ranged } from "./era.ts";

export type Rule = Ranged<{
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: string;
  readonly names?: readonly string[];
}>;

export const core = [""];
export const crd = ["crd.projectcalico.org"];
/** From v3.32 on the same resources may also be served under the API's own name. */
export const both = ["crd.projectcalico.org", "projectcalico.org"];
export const read = "get list watch";
export const write = "create get list update watch";

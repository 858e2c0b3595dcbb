import type { RuleId } from "./rules/ids.ts";

/** By the first letter of an id, in the order in which they are shown. */
export const categories = {
  P: "The way between two releases",
  R: "Releases with known faults",
  B: "What changes between releases",
  N: "What network policies mean",
  D: "Calico's data",
  K: "Kubernetes versions",
  O: "Who owns the install",
  S: "Whether the cluster is healthy",
  M: "What a manifest would change",
  H: "Hazards while a cluster is changed",
} as const;

const letters = Object.keys(categories);

/** By category, then by number. */
export function byCategory(a: { readonly id: RuleId }, b: { readonly id: RuleId }): number {
  return place(a.id) - place(b.id);
}

function place(id: RuleId): number {
  return letters.indexOf(id.charAt(0)) * 100 + Number(id.slice(1));
}

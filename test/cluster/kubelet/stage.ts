/** kwok's Stages: what happens to a Pod or Node that looks so, after how long. */
import type { KubeObject } from "../kube-object.ts";

export type Step =
  | { readonly status: string }
  | { readonly delete: true }
  | { readonly addFinalizer: string }
  | { readonly removeFinalizers: true }
  /** An object that comes with the change, such as an Event. */
  | { readonly create: string };

export type StageSpec = {
  readonly name: string;
  readonly kind: "Pod" | "Node";
  /** jq expressions; all must give true. */
  readonly when: readonly string[];
  readonly delayMs?: number;
  /** A stage of weight 0 plays only where none of a greater weight applies. */
  readonly weight?: number;
  readonly steps: readonly Step[];
  readonly labels?: Record<string, string>;
};

export function stage({ name, kind, when, delayMs, weight = 0, steps, labels = {} }: StageSpec): KubeObject {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name, labels },
    spec: {
      resourceRef: { apiGroup: "v1", kind },
      selector: {
        matchExpressions: when.map((key) => ({ jq: { key, operator: "In", values: ["true"] } })),
      },
      weight,
      ...(delayMs === undefined ? {} : { delay: { durationMilliseconds: delayMs } }),
      steps: steps.map(stepObject),
    },
  };
}

function stepObject(step: Step): Record<string, unknown> {
  if ("status" in step) {
    return { patch: { subresource: "status", root: "status", template: step.status, type: "strategic" } };
  }
  if ("addFinalizer" in step) return { finalizers: { add: [{ value: step.addFinalizer }] } };
  if ("removeFinalizers" in step) return { finalizers: { empty: true } };
  // Servers before 1.16 know no server-side apply; what is made here is new anyway.
  if ("create" in step) return { apply: { template: step.create, type: "merge" } };
  return { delete: true };
}

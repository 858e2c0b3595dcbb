import type { WorkloadMarks } from "../model/workload-marks.ts";

/** The Helm release that installed the operator, by the marks that Helm leaves on it. */
export function helmRelease(
  operators: readonly WorkloadMarks[],
): { readonly name: string; readonly namespace: string; readonly operator: WorkloadMarks } | undefined {
  for (const operator of operators) {
    const name = operator.annotations["meta.helm.sh/release-name"];
    if (name !== undefined)
      return {
        name,
        namespace: operator.annotations["meta.helm.sh/release-namespace"] ?? "default",
        operator,
      };
  }
  return undefined;
}

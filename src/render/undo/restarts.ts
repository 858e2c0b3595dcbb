import type { JsonObject } from "../../model/kube.ts";
import type { UndoneRestart } from "./kind.ts";

/** What the steps of other commands restarted, by their own results. */
export function restartsOf({
  typha,
  controller,
  nodes,
}: {
  readonly typha?: { readonly name: string; readonly rolledOut: boolean };
  /** `kind: ControllerUpgrade` */
  readonly controller?: JsonObject;
  /** `kind: NodeUpgrade` */
  readonly nodes?: JsonObject;
}): readonly UndoneRestart[] {
  const outcome = (succeeded: unknown): string => (succeeded === true ? "restarted" : "failed");
  const workload = controller?.["controller"] as Pick<UndoneRestart, "kind" | "name"> | undefined;
  const done = (nodes?.["nodes"] ?? []) as readonly Omit<UndoneRestart, "kind">[];
  return [
    ...(typha === undefined
      ? []
      : [{ kind: "Deployment", name: typha.name, result: outcome(typha.rolledOut) }]),
    ...(workload === undefined
      ? []
      : [{ kind: workload.kind, name: workload.name, result: outcome(controller?.["succeeded"]) }]),
    ...done.map(({ name, result }) => ({ kind: "Node", name, result })),
  ];
}

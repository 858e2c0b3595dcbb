import type { ControllerRunResult } from "../../plan/controller/result.ts";
import type { Ended } from "../../plan/decision.ts";
import type { NodeRunResult } from "../../plan/node/result.ts";
import type { UndoneRestart } from "../../render/undo/kind.ts";

/** What parts of a run restarted, by their results. */
export function restartsOf({
  typha,
  controller,
  nodes = [],
}: {
  readonly typha?: { readonly name: string; readonly ended: Ended<unknown> };
  readonly controller?: ControllerRunResult;
  readonly nodes?: readonly NodeRunResult[];
}): readonly UndoneRestart[] {
  const outcome = (succeeded: boolean): string => (succeeded ? "restarted" : "failed");
  const { kind, name } = controller?.goal.target ?? {};
  return [
    ...(typha === undefined
      ? []
      : [{ kind: "Deployment", name: typha.name, result: outcome(typha.ended.kind === "done") }]),
    ...(controller === undefined || kind === undefined || name === undefined
      ? []
      : [{ kind, name, result: outcome(controller.stop === undefined) }]),
    ...nodes.flatMap(({ goal, seen, stop }) =>
      goal.nodes.map((node) => ({ kind: "Node", name: node, result: resultOf(node, seen, stop?.node) })),
    ),
  ];
}

function resultOf(node: string, seen: NodeRunResult["seen"], stoppedAt: string | undefined): string {
  const own = seen.nodes[node];
  const begun = stoppedAt === node || own?.deleted !== undefined;
  return own?.outcome?.result ?? (begun ? "failed" : "not reached");
}

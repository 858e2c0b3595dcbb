import type { JsonObject } from "../../model/kube.ts";
import type { TextBlock } from "../../model/text-block.ts";
import type { FlowChange } from "../../policy/changes.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import type { Universe } from "../../policy/universe.ts";
import type { CausedChange } from "../../policy/what-if.ts";
import type { Printable } from "../output.ts";
import { changeOf } from "../what-if/build.ts";
import { groupText } from "../what-if/group.ts";
import { portsText } from "../what-if/ports-text.ts";
import type { MigrationChange, PolicyMigration } from "./kind.ts";
import { visibleData } from "../../model/visible.ts";

/** What a step changes; `resource` is a policy as kubectl names it: `networkpolicy.networking.k8s.io`. */
export function changeOfStep(step: MigrationStep, resource: string): MigrationChange {
  switch (step.kind) {
    case "treat-as":
      return { action: "annotated", resource: "namespace", name: step.namespace };
    case "clean":
      if (step.name === undefined)
        return { action: "annotated", resource: "namespace", name: step.namespace };
      return { action: "annotated", resource, namespace: step.namespace, name: step.name };
    case "keep":
      return { action: "annotated", resource, namespace: step.namespace, name: step.name };
    case "create":
      return { action: "created", resource, namespace: step.namespace, name: step.name };
    case "delete":
      return { action: "deleted", resource, namespace: step.namespace, name: step.name };
  }
}

/** kubectl's mutation line, and the namespace as its newer versions say it. */
export function mutationLine({ action, resource, namespace, name }: MigrationChange, suffix: string): string {
  const where =
    namespace === undefined ? "" : ` ${action === "deleted" ? "from" : "in"} ${namespace} namespace`;
  return `${resource}/${name} ${action}${where}${suffix}`;
}

/** PolicyMigration in all its forms but the table: those lines are printed as things happen. */
export function printableMigration(result: PolicyMigration): Printable {
  return {
    table: () => "",
    object: () => result as unknown as JsonObject,
    rows: () =>
      result.changes.map(({ namespace = null, ...change }) => ({
        ...change,
        namespace,
      })),
    names: () => [...new Set(result.changes.map(({ resource, name }) => `${resource}/${name}`))],
  };
}

/** Lines of a plan that are shown before the question. */
const mostLines = 20;

/** What is about to be done, for people. Policies that somebody makes again are first (hazard H15). */
export function planBlocks(
  steps: readonly MigrationStep[],
  madeBy: (step: { readonly namespace: string; readonly name: string }) => readonly string[],
): readonly TextBlock[] {
  const rows = steps.map((step) => {
    const by = step.kind === "delete" ? madeBy(step) : [];
    const name = "name" in step && step.name !== undefined ? step.name : "";
    const words = {
      "treat-as": step.kind === "treat-as" ? `record that it is ${step.as}` : "",
      keep: "record that it stays",
      create: "create",
      delete: "delete",
      clean: "remove annotations",
    }[step.kind];
    return [step.namespace, name, words, by.length === 0 ? "" : `made again by ${by.join(" and ")}`];
  });
  const shown = rows.slice(0, mostLines);
  const more = rows.length - shown.length;
  return [
    { head: ["NAMESPACE", "POLICY", "PLAN", "NOTE"], rows: shown },
    ...(more > 0 ? [{ label: `and ${String(more)} more: --what-if -o wide shows all`, text: "" }] : []),
  ];
}

/** One flow in one line: who to whom on which ports, and what becomes of it. */
export function flowText(universe: Universe, change: FlowChange | CausedChange): string {
  const { from, to, ports, before, after, reason } = changeOf(universe, change);
  const policies = reason.policies.length === 0 ? "" : ` (${reason.policies.slice(0, 3).join(", ")})`;
  const on = ports.length === 0 ? "" : ` on ${portsText(ports)}`;
  return `${groupText(from)} to ${groupText(to)}${on}: ${before} becomes ${after}, because ${reason.message}${policies}`;
}

/** What the old semantics left behind, once the boundary is crossed. */
export function leftoverLines(result: PolicyMigration): readonly string[] {
  const { leftovers, cluster, boundary } = visibleData(result);
  const { namespaces = [], policies = [], opened = [] } = leftovers ?? {};
  const rest = [...namespaces, ...policies.map(({ namespace, name }) => `${namespace}/${name}`)];
  return [
    `Calico ${cluster.calico} is past the boundary (${boundary.release}): policies have v1 semantics already`,
    ...(rest.length === 0
      ? []
      : [
          `Left over, without effect: annotations on ${rest.join(", ")}; migrate-policy --finish removes them`,
        ]),
    ...(opened.length === 0
      ? []
      : [
          `Closed by annotation, and by no policy: ${opened.join(", ")}; these namespaces are open now; a policy with podSelector {} and no rules closes one`,
        ]),
  ];
}

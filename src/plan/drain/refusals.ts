import { plural, some } from "../../model/words.ts";
import type { Stop } from "../decision.ts";
import type { DrainRules } from "./goal.ts";
import { drainOf, podName, type DrainRefusal } from "./rules.ts";
import type { NodeWorld } from "../node/world.ts";

const words: Readonly<Record<DrainRefusal, { readonly what: string; readonly flag: string }>> = {
  daemonset: { what: "DaemonSet-managed pods", flag: "--ignore-daemonsets leaves them running" },
  "local storage": {
    what: "pods with local storage",
    flag: "--delete-emptydir-data evicts them; their emptyDir data is lost",
  },
  unmanaged: {
    what: "pods that declare no controller",
    flag: "--delete-unmanaged-pods evicts them; nothing creates them again",
  },
};

/** Why these nodes cannot be drained, once for each reason; empty: they can. */
export function drainRefusals(
  { drainPods = [], daemonSet }: Pick<NodeWorld, "drainPods" | "daemonSet">,
  rules: DrainRules,
  nodes: readonly string[],
): readonly Stop[] {
  const refused = nodes.flatMap((node) => drainOf(drainPods, node, rules, daemonSet?.facts.uid).refused);
  return [...Map.groupBy(refused, ({ why }) => why)].map(([why, found]) => {
    const on = [...new Set(found.map(({ pod }) => pod.node))];
    const where = on.length === 1 ? `node ${on[0] ?? ""}` : `${plural(on.length, "node")} (${some(on, 5)})`;
    const { what, flag } = words[why];
    return {
      message: `cannot drain ${where}: ${what}: ${some(
        found.map(({ pod }) => podName(pod)),
        5,
      )}`,
      hint: flag,
      ...(on.length === 1 && on[0] !== undefined ? { node: on[0] } : {}),
    };
  });
}

import type { PrepullGoal } from "./goal.ts";
import type { PrepullResult, PulledNode } from "./result.ts";
import type { PrepullSeen } from "./seen.ts";

/** What came of the pulls of a goal. A dry run has no times. */
export function prepullResult(
  { of, nodes }: PrepullGoal,
  { pulled, failing, gone }: PrepullSeen,
  dryRun: boolean,
): PrepullResult {
  return {
    of,
    nodes: nodes.map(({ node: name, images }): PulledNode => {
      const took = pulled[name];
      const why = failing[name]?.text;
      if (took !== undefined) return { name, images, result: "pulled", ...(dryRun ? {} : { took }) };
      if (gone.includes(name)) return { name, images, result: "vanished" };
      return { name, images, ...(why === undefined ? { result: "not reached" } : { result: "failed", why }) };
    }),
  };
}

/** How many of the nodes that are restarted have all images: those that lacked none are among them. */
export function nodesWithImages({ of, nodes }: PrepullGoal, { pulled }: Pick<PrepullSeen, "pulled">): number {
  return of - nodes.filter(({ node }) => pulled[node] === undefined).length;
}

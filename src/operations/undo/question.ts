import { visible } from "../../model/visible.ts";
import { plural, some } from "../../model/words.ts";
import { forceName, type Inverse } from "./inverse.ts";
import type { UndoStep } from "./undo-step.ts";

/** So many objects are listed; a dry run lists all. */
const mostLines = 200;

const verbs = {
  deleted: "delete",
  created: "create",
  configured: "restore",
  annotated: "restore the annotations of",
} as const;
const order = Object.keys(verbs);

/**
 * Everything that is going to happen: what a bundle says is only a number, and the bundle is a file. What is deleted
 * comes first. Undefined where there is nothing to do.
 */
export function questionOf(steps: readonly UndoStep[]): string | undefined {
  const works = steps.flatMap((step) => step.work ?? []);
  if (works.length === 0) return undefined;
  const [first = "", ...then] = works.map(({ what }) => what);
  const title = [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...then].join(", then ");
  const nodes = [...new Set(works.flatMap(({ restarts }) => restarts.nodes))];
  const others = [...new Set(works.flatMap(({ restarts }) => restarts.workloads))];
  const count = plural(nodes.length, "node");
  const lines = steps.filter(({ work }) => work !== undefined).flatMap((step) => linesOf(step.inverses()));
  const more = lines.length - mostLines;
  const text = [
    `${title}${nodes.length === 0 ? "" : `, and restart calico-node on ${count}`}:`,
    ...lines.slice(0, mostLines),
    ...(more > 0 ? [`  and ${String(more)} more objects, which --dry-run=client lists`] : []),
    ...others.map((name) => `  restart ${name}`),
    ...(nodes.length === 0 ? [] : [`  restart calico-node on ${some(nodes, 12)}`]),
    "Continue?",
  ];
  return text.map(visible).join("\n");
}

function linesOf(inverses: readonly Inverse[]): readonly string[] {
  return inverses
    .filter((inverse) => inverse.kind === "write")
    .toSorted((a, b) => order.indexOf(a.verb) - order.indexOf(b.verb))
    .map(({ verb, entry }) => `  ${verbs[verb]} ${forceName(entry)}`);
}

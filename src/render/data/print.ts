import { differenceText } from "../../data/compare.ts";
import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { table } from "../table.ts";
import type { DataMigration } from "./kind.ts";
import { visibleData } from "../../model/visible.ts";

/** DataMigration in the forms of -o. */
export function printableData(result: DataMigration): Printable {
  return {
    table: (wide) => text(visibleData(result), wide),
    object: () => result as unknown as JsonObject,
    rows: () => result.objects as unknown as readonly JsonObject[],
    names: () => result.objects.map(({ target }) => target),
  };
}

function text({ objects, others, state, because }: DataMigration, wide: boolean): string {
  const shown = others.filter((each) => wide || (each.state !== "none" && each.state !== "done"));
  return [
    `${state}: ${because}\n`,
    ...(objects.length === 0
      ? []
      : [
          table(
            ["OLD", "NEW", "STATE", "WHY"],
            objects.map(({ kind, namespace, name, target, does, why, differences }) => [
              `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`,
              target,
              does,
              [why ?? "", ...differences.map(differenceText)].filter((part) => part !== "").join("; ") ||
                "<none>",
            ]),
          ),
        ]),
    ...(shown.length === 0
      ? []
      : [
          `Other migrations of Calico's data:\n${table(
            ["ID", "STATE", "WHAT", "BECAUSE"],
            shown.map(({ id, what, state: is, because: why }) => [id, is, what, why]),
          )}${shown
            .filter(({ commands }) => commands.length > 0)
            .map(({ id, commands }) => `\n# ${id}\n${commands.join("\n")}\n`)
            .join("")}`,
        ]),
  ].join("\n");
}

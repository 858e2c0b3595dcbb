import { differenceText } from "../../data/compare.ts";
import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { textTable, wrapped, type Columns } from "../text-table.ts";
import type { DataMigration } from "./kind.ts";
import { visibleData } from "../../model/visible.ts";

/** DataMigration in the forms of -o. */
export function printableData(result: DataMigration): Printable {
  return {
    table: (wide, columns) => text(visibleData(result), wide, columns),
    object: () => result as unknown as JsonObject,
    rows: () => result.objects as unknown as readonly JsonObject[],
    names: () => result.objects.map(({ target }) => target),
  };
}

function text({ objects, others, state, because }: DataMigration, wide: boolean, columns: Columns): string {
  const shown = others.filter((each) => wide || (each.state !== "none" && each.state !== "done"));
  return [
    wrapped("", `${state}: ${because}`, columns, 2),
    ...(objects.length === 0
      ? []
      : [
          textTable(
            ["OLD", "NEW", "STATE", "WHY"],
            objects.map(({ kind, namespace, name, target, does, why, differences }) => [
              `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`,
              target,
              does,
              [why ?? "", ...differences.map(differenceText)].filter((part) => part !== "").join("; ") ||
                "<none>",
            ]),
            columns,
          ),
        ]),
    ...(shown.length === 0
      ? []
      : [
          `Other migrations of Calico's data:\n${textTable(
            ["ID", "STATE", "WHAT", "BECAUSE"],
            shown.map(({ id, what, state: is, because: why }) => [id, is, what, why]),
            columns,
          )}${shown
            .filter(({ commands }) => commands.length > 0)
            .map(({ id, commands }) => `\n# ${id}\n${commands.join("\n")}\n`)
            .join("")}`,
        ]),
  ].join("\n");
}

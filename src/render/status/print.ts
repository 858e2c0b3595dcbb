import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { table } from "../table.ts";
import type { UpgradeStatus } from "./kind.ts";
import { summaryLines } from "./summary.ts";
import { componentGrid, nodeGrid } from "./tables.ts";

/** UpgradeStatus in all its forms. Without headers there are only the rows of nodes, for scripts. */
export function printableStatus(status: UpgradeStatus, noHeaders: boolean): Printable {
  return {
    table: (wide) => (noHeaders ? table(undefined, nodeGrid(status, wide).rows) : statusText(status, wide)),
    object: () => status as unknown as JsonObject,
    names: () => todoNames(status).map((name) => `node/${name}`),
  };
}

/** Nodes that still need the upgrade, or are not known to be done with it. */
export function todoNames({ nodes }: UpgradeStatus): readonly string[] {
  return [...new Set(nodes.filter(({ todo }) => todo !== false).map(({ name }) => name))];
}

function statusText(status: UpgradeStatus, wide: boolean): string {
  const components = componentGrid(status.components, wide);
  const nodes = nodeGrid(status, wide);
  const shown = status.install.kind === "none" ? [] : [components, nodes];
  return [
    summaryLines(status)
      .map((line) => `${line}\n`)
      .join(""),
    ...shown.filter(({ rows }) => rows.length > 0).map(({ head, rows }) => table(head, rows)),
  ].join("\n");
}

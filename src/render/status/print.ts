import type { JsonObject } from "../../model/kube.ts";
import type { Printable } from "../output.ts";
import { table } from "../table.ts";
import type { UpgradeStatus } from "./kind.ts";
import { inOrder, type NodeOrder } from "./order.ts";
import { summaryLines } from "./summary.ts";
import { componentGrid, nodeGrid, type Grid, type LabelColumns } from "./tables.ts";
import { visible } from "../../model/visible.ts";

/** How the tables look, beside `-o wide`. */
export interface StatusTableOptions extends LabelColumns, NodeOrder {
  readonly noHeaders: boolean;
  /** What names the cluster in commands that are named, quoted. */
  readonly flags?: readonly string[];
}

/** UpgradeStatus in all its forms. Without headers there are only the rows of nodes, for scripts. */
export function printableStatus(status: UpgradeStatus, look: StatusTableOptions): Printable {
  return {
    table: (wide) =>
      look.noHeaders ? table(undefined, nodesOf(status, wide, look).rows) : statusText(status, wide, look),
    object: () => status as unknown as JsonObject,
    rows: () => status.nodes as unknown as readonly JsonObject[],
    names: () => todoNames(status).map((name) => `node/${name}`),
  };
}

/** Nodes that still need the upgrade, or are not known to be done with it. */
export function todoNames({ nodes }: UpgradeStatus): readonly string[] {
  return [...new Set(nodes.filter(({ todo }) => todo !== false).map(({ name }) => name))];
}

function nodesOf(status: UpgradeStatus, wide: boolean, look: StatusTableOptions): Grid {
  return nodeGrid(inOrder(status, look), wide, look);
}

function statusText(status: UpgradeStatus, wide: boolean, look: StatusTableOptions): string {
  const components = componentGrid(status.components, wide);
  const nodes = nodesOf(status, wide, look);
  const shown = status.install.kind === "none" ? [] : [components, nodes];
  return [
    summaryLines(status, look.flags)
      .map((line) => `${visible(line)}\n`)
      .join(""),
    ...shown.filter(({ rows }) => rows.length > 0).map(({ head, rows }) => table(head, rows)),
  ].join("\n");
}

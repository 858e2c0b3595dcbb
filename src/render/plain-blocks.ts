import type { TextBlock } from "../model/text-block.ts";
import { visible } from "../model/visible.ts";
import { table } from "./table.ts";

/** Where there is no terminal: one line per row and per line. Each ends with \n. */
export function plainBlocks(blocks: readonly TextBlock[]): string {
  return blocks
    .map((block) =>
      "rows" in block ? table(block.head, block.rows) : `${block.label}${visible(block.text)}\n`,
    )
    .join("");
}

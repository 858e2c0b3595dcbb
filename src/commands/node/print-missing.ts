import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import type { Prepared } from "./prepare.ts";
import type { FileTemplate } from "./template.ts";

export async function printMissing(
  _prepared: Prepared,
  _file: FileTemplate,
  _context: AppContext,
): Promise<number> {
  throw userError("not there yet");
}

import { userError } from "../errors.ts";
import type { PrepullRequest } from "../operations/prepull/request.ts";

/** --prepull and --prepull-ahead. `help`: where the command's flags are explained. */
export function prepullArgument(
  { prepull, prepullAhead }: { readonly prepull: string; readonly prepullAhead: number },
  help: string,
): PrepullRequest {
  if (prepullAhead < 1) throw userError("--prepull-ahead must be at least 1", help);
  return { mode: prepull as PrepullRequest["mode"], ahead: prepullAhead };
}

import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { seeHelp } from "../arguments.ts";
import { install } from "./install.ts";
import { shellLines } from "./shells.ts";

interface CompletionRequest {
  readonly arguments: readonly string[];
  readonly dir: string | undefined;
  readonly context: AppContext;
}

/** `completion install`, `completion bash`. */
export async function runCompletion({
  arguments: [what, ...extra],
  dir,
  context,
}: CompletionRequest): Promise<number> {
  if (what === undefined)
    throw userError("which one: install, bash, zsh, fish or powershell?", seeHelp("completion"));
  if (extra.length > 0) throw userError(`extra arguments: [${extra.join(" ")}]`, seeHelp("completion"));
  if (what === "install") {
    context.stdout.line(await install(dir, context.env));
    return 0;
  }
  if (dir !== undefined) throw userError("--dir goes with install", seeHelp("completion"));
  const lines = shellLines(what);
  if (lines === undefined) throw userError(`there is no completion for "${what}"`, seeHelp("completion"));
  context.stdout.text(lines);
  return 0;
}

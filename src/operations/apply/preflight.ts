import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { ManifestObject } from "../../manifest/parse.ts";
import { runPreflight } from "../../commands/preflight/run.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";

/** Every rule between what runs and the files, told on standard error; whether nothing stands in the way. */
export async function passesPreflight(
  connection: Connection,
  context: AppContext,
  objects: readonly ManifestObject[],
  name: string,
  options: Pick<ApplyOptions, "to" | "daemonSet" | "node" | "recreate">,
  /** Rules that fail only until the run itself has migrated. */
  settled: readonly string[],
): Promise<boolean> {
  const items = objects.map(({ object }) => object);
  // The files were read already, and standard input can be read once.
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const code = await runPreflight({
    to: options.to,
    filename: [name],
    checks: [],
    skipChecks: [],
    // That they have to be made anew was said, and asked for.
    ignored: [...options.node.ignored, ...settled, ...(options.recreate ? ["M14", "M15"] : [])],
    failOn: "error",
    daemonSet: options.daemonSet,
    output: "short",
    extra: [],
    facts: undefined,
    saveFacts: undefined,
    context: {
      ...context,
      terminal: context.terminal,
      stdout: context.stderr,
      readFile: () => Promise.resolve(text),
    },
    connect: () => Promise.resolve(connection),
  });
  return code === 0;
}

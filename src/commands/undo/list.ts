import { basename } from "node:path";
import { bundleRoot } from "../../bundle/place.ts";
import { listBundles } from "../../bundle/read.ts";
import type { AppContext } from "../../context.ts";
import type { Output } from "../../render/output.ts";
import type { BundleList } from "../../render/undo/kind.ts";
import { printableBundles } from "../../render/undo/print.ts";
import { printResult } from "../print-result.ts";
import { warningsOn } from "../../errors.ts";

/** `undo --list`: the bundles of every cluster, and which of them cannot be used. */
export async function printBundles(
  output: Output,
  bundleDir: string | undefined,
  { env, stdout, stderr }: Pick<AppContext, "env" | "stdout" | "stderr">,
): Promise<number> {
  const root = bundleRoot(bundleDir, env);
  const found = await listBundles(root);
  const list: BundleList = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "BundleList",
    items: found.map(({ directory, index, why }) => ({
      directory,
      run: basename(directory),
      ...(index === undefined
        ? {}
        : {
            command: index.command,
            cluster: index.cluster,
            started: index.started,
            ...(index.ended === undefined ? {} : { ended: index.ended }),
            entries: index.entries.length,
          }),
      ...(why === undefined ? {} : { damaged: why }),
    })),
  };
  if (found.length === 0 && (output.format === "table" || output.format === "wide"))
    stderr.line(`no bundles in ${root}`);
  else await printResult(stdout, output, printableBundles(list));
  const warn = warningsOn({ stderr });
  for (const { why } of found) if (why !== undefined) warn(why);
  return 0;
}

import type { OpenBundle } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import type { FileTemplate } from "../node/template.ts";
import type { ControllerOptions } from "../../commands/controller/options.ts";
import { prepare } from "../controller/prepare.ts";
import { bringAbout } from "../../commands/controller/run.ts";
import type { ApplyOptions } from "../../commands/apply/options.ts";
import { quietly } from "./quiet.ts";
import { warningsOn } from "../../errors.ts";

/** The file's controller by the procedure of `controller`: never two, and what took its place is named. */
export async function doController(
  connection: Connection,
  context: AppContext,
  file: FileTemplate,
  options: ApplyOptions,
  bundle: OpenBundle | undefined,
): Promise<number> {
  const abort = new AbortController();
  const heard = heardBy(context, options);
  try {
    const objects = file.objects.map(({ object }) => object);
    return await bringAbout(
      await prepare(connection, heard, objects, options.node.daemonSet, abort.signal),
      heard,
      { ...controllerOptions(options), file: file.name },
      file,
      abort.signal,
      warningsOn(context),
      bundle,
    );
  } finally {
    abort.abort();
  }
}

/** Restarts the controller that runs; the exit code. */
export async function restartController(
  connection: Connection,
  context: AppContext,
  options: ApplyOptions,
  bundle: OpenBundle | undefined,
): Promise<number> {
  const abort = new AbortController();
  const heard = heardBy(context, options);
  try {
    return await bringAbout(
      await prepare(connection, heard, [], options.node.daemonSet, abort.signal),
      heard,
      { ...controllerOptions(options), restart: true },
      undefined,
      abort.signal,
      warningsOn(context),
      bundle,
    );
  } finally {
    abort.abort();
  }
}

function heardBy(context: AppContext, { output }: ApplyOptions): AppContext {
  return quietly(context, output.format !== "table" && output.format !== "wide");
}

function controllerOptions(options: ApplyOptions): ControllerOptions {
  const { node } = options;
  return {
    restart: false,
    fixStrategy: options.fixStrategy,
    takeOver: node.takeOver,
    printMissing: false,
    tellOthers: false,
    timeout: options.timeout,
    bundleDir: options.bundleDir,
    ignored: node.ignored,
    // A dry run has not added what the controller needs.
    settled: new Set(options.dryRun === "none" ? [] : ["H05"]),
    dryRun: options.dryRun,
    output: { format: "table" },
    connection: node.connection,
    again: options.again,
    ...(node.settle === undefined ? {} : { settle: node.settle }),
  };
}

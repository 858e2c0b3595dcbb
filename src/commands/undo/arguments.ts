import { existsSync } from "node:fs";

/** BUNDLE as `undo --list -o name` prints it, bundle/RUN, is RUN; what is there under that very path is a path. */
export function bundleArguments(given: readonly string[]): readonly string[] {
  return given.map((text) => {
    const run = /^bundles?\/([^/\\]+)$/.exec(text)?.[1];
    return run === undefined || existsSync(text) ? text : run;
  });
}

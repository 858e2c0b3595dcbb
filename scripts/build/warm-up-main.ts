/**
 * Runs the chunks of a folder once, as the executable would, and writes V8's code cache of every chunk
 * beside it when the program ends. Runs under the Node that goes into the executable.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeLoader } from "./loader.ts";

/** Exit code by which warm-up.ts tells this from the program's own failures. */
const cacheRefused = 86;

const folder = process.argv.splice(2, 1)[0] ?? "";
const [load, loaded] = makeLoader(
  {
    read(name) {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path) : undefined;
    },
  },
  require,
);

process.on("exit", () => {
  for (const [name, { script }] of loaded) {
    // The executable would refuse it as well, in silence, and start slowly.
    if (script.cachedDataRejected === true) process.exitCode = cacheRefused;
    writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
  }
});
load("main.js");

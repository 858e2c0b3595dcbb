/**
 * Runs the chunks of a folder once, as the executable would, and writes V8's code cache of every chunk
 * beside it when the program ends. Runs under the Node that goes into the executable.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { makeLoader } from "./loader.ts";

const folder = process.argv.splice(2, 1)[0] ?? "";
// Compiled functions that were not used for a while would be thrown away and be missing in the cache.
setFlagsFromString("--no-flush-bytecode");

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
  // A cache made under other flags is refused.
  setFlagsFromString("--flush-bytecode");
  for (const [name, { script }] of loaded)
    writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
});
load("main.js");

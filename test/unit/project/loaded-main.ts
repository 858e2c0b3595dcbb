/** Runs the chunks of a folder as the executable would, and writes the names of those that were loaded. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeLoader } from "../../../scripts/build/loader.ts";

const [folder = "", list = ""] = process.argv.splice(2, 2);
const loaded: string[] = [];
process.on("exit", () => {
  writeFileSync(list, JSON.stringify(loaded));
});
makeLoader(
  {
    read(name) {
      const path = join(folder, name);
      if (!existsSync(path)) return undefined;
      loaded.push(name);
      return readFileSync(path);
    },
  },
  createRequire(import.meta.url),
)("main.js");

/** Runs the chunks of a folder as the executable would, and writes which were loaded, and what of Node for them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeLoader } from "../../../scripts/build/loader.ts";

const [folder = "", list = ""] = process.argv.splice(2, 2);
const loaded: string[] = [];
// Not in the types: what Node has loaded of itself, `NativeModule tls`.
const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
const before = new Set(moduleLoadList);
process.on("exit", () => {
  const builtins = moduleLoadList.filter((name) => !before.has(name));
  writeFileSync(list, JSON.stringify({ loaded, builtins }));
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

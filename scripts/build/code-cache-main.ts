/**
 * Compiles every chunk of a folder and writes V8's code cache of it beside it; `--check` tries the caches
 * that are there instead. Runs under the Node that goes into the executable.
 *
 * All functions are compiled and none is called: so what is written depends on the chunks alone. What a run of
 * the program has compiled when it ends depends on when answers and garbage collections came.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { compile } from "./loader.ts";

const [folder = "", check] = process.argv.slice(2);
const chunks = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .sort();
const read = (name: string): Buffer => readFileSync(join(folder, name));

if (check === "--check") {
  for (const name of chunks) {
    const { cachedDataRejected } = compile(name, read(name), read(`${name}.cache`));
    // The executable would refuse it as well, in silence, and start slowly.
    if (cachedDataRejected === true) throw new Error(`V8 refuses the code cache of ${name}`);
  }
} else {
  // Bytecode that was not used for a while is thrown away otherwise.
  setFlagsFromString("--no-flush-bytecode");
  setFlagsFromString("--no-lazy");
  const scripts = chunks.map((name) => ({ name, script: compile(name, read(name)) }));
  // V8 takes a cache only under the flags that it was written under.
  setFlagsFromString("--lazy");
  setFlagsFromString("--flush-bytecode");
  for (const { name, script } of scripts) {
    writeFileSync(join(folder, `${name}.cache`), script.createCachedData());
  }
}

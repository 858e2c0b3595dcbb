/**
 * Runs the chunks of the bundle. The same code compiles them in the executable and, while it is built, for the
 * code cache: V8 takes a cache only for exactly the text that it was made from.
 */
import { Script } from "node:vm";

export interface Store {
  read(name: string): Uint8Array | undefined;
}

/** Answers what runs a chunk, the first time that it is asked for, and answers its exports. */
export function makeLoader(store: Store, requireBuiltin: NodeJS.Require): (name: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const source = store.read(name);
    if (source === undefined) throw new Error(`this program is damaged: ${name} is missing`);
    const script = compile(name, source, store.read(`${name}.cache`));
    const module: { exports: unknown } = { exports: {} };
    loaded.set(name, module);
    const run = script.runInThisContext() as (exports: unknown, require: unknown, module: object) => void;
    run(
      module.exports,
      (id: string): unknown => (id.startsWith("./") ? load(id.slice(2)) : requireBuiltin(id)),
      module,
    );
    return module.exports;
  };
  return load;
}

/** Without a cache, or with one that V8 refuses, it is compiled when it runs. */
export function compile(name: string, source: Uint8Array, cache?: Uint8Array): Script {
  // Chunks are ASCII: V8 keeps one byte a character, and decoding is a copy.
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString("latin1");
  return new Script(text, {
    filename: name,
    ...(cache === undefined
      ? {}
      : { cachedData: Buffer.from(cache.buffer, cache.byteOffset, cache.byteLength) }),
  });
}

/**
 * Runs the chunks of the bundle. The same code loads them out of the executable and, while it is built,
 * out of a folder: V8 takes a code cache only for exactly the text that it was made from.
 */
import { Script } from "node:vm";

export interface Store {
  read(name: string): Uint8Array | undefined;
}

/** Each chunk that was loaded, with what V8 has compiled of it so far. */
export type Loaded = Map<string, { readonly script: Script; readonly exports: unknown }>;

export function makeLoader(
  store: Store,
  requireBuiltin: NodeJS.Require,
): [(name: string) => unknown, Loaded] {
  const loaded: Loaded = new Map();
  const load = (name: string): unknown => {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const source = store.read(name);
    if (source === undefined) throw new Error(`this program is damaged: ${name} is missing`);
    const cachedData = store.read(`${name}.cache`);
    // Chunks are ASCII: V8 keeps one byte a character, and decoding is a copy.
    const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString("latin1");
    const script = new Script(text, {
      filename: name,
      ...(cachedData === undefined
        ? {}
        : { cachedData: Buffer.from(cachedData.buffer, cachedData.byteOffset, cachedData.byteLength) }),
    });
    const module: { exports: unknown } = { exports: {} };
    const run = script.runInThisContext() as (exports: unknown, require: unknown, module: object) => void;
    const entry = {
      script,
      get exports() {
        return module.exports;
      },
    };
    loaded.set(name, entry);
    run(
      module.exports,
      (id: string): unknown => (id.startsWith("./") ? load(id.slice(2)) : requireBuiltin(id)),
      module,
    );
    return module.exports;
  };
  return [load, loaded];
}

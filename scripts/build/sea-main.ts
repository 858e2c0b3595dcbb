/** What the executable runs first: the chunks and their code caches are its assets. */
import { getRawAsset } from "node:sea";
import { makeLoader } from "./loader.ts";

const load = makeLoader(
  {
    read(name) {
      try {
        // No copy: the bytes lie in the executable.
        return new Uint8Array(getRawAsset(name));
      } catch {
        return undefined;
      }
    },
  },
  require,
);
load("main.js");

// Writes src/releases/upstream-data.ts from upstream's manifests (MINOR/FLAVOUR.yaml): the objects of the hosted installs
// without CustomResourceDefinitions, equal ones once, compressed. Values alone: comments are no part of an object.
//   node scripts/write-upstream.ts [DIRECTORY]      default: ../shared/manifests
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { upstreamData } from "./upstream/read.ts";

const root = join(import.meta.dirname, "..");
const source = process.argv[2] ?? join(root, "..", "shared", "manifests");

const data = upstreamData(source);
const text = JSON.stringify(data);
const packed = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text),
  },
}).toString("base64");

writeFileSync(
  join(root, "src", "releases", "upstream-data.ts"),
  `/**
 * Upstream's hosted manifests as \`UpstreamData\`: JSON, brotli, base64. Written by scripts/write-upstream.ts; change that,
 * not this.
 */
export const upstreamData = \`
${(packed.match(/.{1,108}/g) ?? []).join("\n")}
\`;
`,
);
console.log(
  `${String(data.objects.length)} objects of ${String(Object.keys(data.minors).length)} minors, ${String(packed.length)} characters, written to src/releases/upstream-data.ts`,
);

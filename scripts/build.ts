/**
 * `npm run build`: dist/kubectl-calico_upgrade for this machine. Does nothing when what it is made from
 * has not changed; `--force` builds all the same.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { bundle } from "./build/bundle.ts";
import { licences } from "./build/licences.ts";
import { writeExecutable } from "./build/executable.ts";
import { nodeRuntime } from "./build/node-runtime.ts";
import { warmUp } from "./build/warm-up.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const platform = `${process.platform}-${process.arch}`;
const output = join(dist, `kubectl-calico_upgrade${process.platform === "win32" ? ".exe" : ""}`);
const stamp = join(dist, "built-from");

const key = keyOfInputs();
if (!process.argv.includes("--force") && existsSync(output) && readStamp() === key) {
  say("up to date");
} else {
  const began = performance.now();
  await build();
  writeFileSync(stamp, `${key}\n`);
  const megabytes = Math.round(statSync(output).size / 1e6);
  say(`${megabytes} MB in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function build(): Promise<void> {
  const work = join(dist, "work");
  rmSync(work, { recursive: true, force: true });
  const chunkFolder = join(work, "chunks");
  mkdirSync(chunkFolder, { recursive: true });

  const { chunks, inputs } = await bundle(join(root, "src/main.ts"));
  for (const [name, text] of chunks) writeFileSync(join(chunkFolder, name), text);
  // Not a name that begins with kubectl-: `kubectl plugin list` would complain of it.
  writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), licences(root, inputs));
  await esbuild.build({
    entryPoints: ["sea-main.ts", "warm-up-main.ts"].map((name) => join(root, "scripts/build", name)),
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    outdir: work,
    outExtension: { ".js": ".cjs" },
    logLevel: "warning",
  });

  const runtime = nodeRuntime(root, platform);
  await warmUp(runtime.path, join(work, "warm-up-main.cjs"), chunkFolder);
  const unfinished = join(work, "executable");
  const assets = Object.fromEntries(readdirSync(chunkFolder).map((name) => [name, join(chunkFolder, name)]));
  await writeExecutable({ runtime, platform, main: join(work, "sea-main.cjs"), assets, output: unfinished });
  // A running executable cannot be written to, but its name can be given to another.
  renameSync(unfinished, output);
  rmSync(work, { recursive: true, force: true });
}

function keyOfInputs(): string {
  const hash = createHash("sha256").update(platform);
  const files = ["src", "scripts/build"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  for (const path of [
    ...files.sort(),
    ...["scripts/build.ts", "package.json", "package-lock.json"].map((name) => join(root, name)),
  ]) {
    hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

function readStamp(): string | undefined {
  return existsSync(stamp) ? readFileSync(stamp, "utf8").trim() : undefined;
}

function say(what: string): void {
  console.error(`dist/kubectl-calico_upgrade: ${what}`);
}

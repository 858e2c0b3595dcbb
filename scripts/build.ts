/**
 * `npm run build`: dist/kubectl-calico_upgrade for this machine. Does nothing when what it is made from
 * has not changed; `--force` builds all the same.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprintOfInputs } from "./build/inputs.ts";
import { licences } from "./build/licences.ts";
import { nodeRuntime } from "./build/node-runtime.ts";
import { executableName, thisPlatform } from "./build/platforms.ts";
import { makeExecutable, makeProgram } from "./build/program.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
const platform = thisPlatform();
const output = join(dist, executableName(platform));
const stamp = join(dist, "built-from");

const key = fingerprintOfInputs(root, ["scripts/build.ts"], platform.node);
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
  mkdirSync(work, { recursive: true });
  const program = await makeProgram(root, work);
  // Not a name that begins with kubectl-: `kubectl plugin list` would complain of it.
  writeFileSync(join(dist, "THIRD-PARTY-LICENSES.txt"), licences(root, program.inputs));
  const runtime = nodeRuntime(root, platform);
  await makeExecutable({ program, platform, runtime, emulator: { command: [] }, work, output });
  rmSync(work, { recursive: true, force: true });
}

function readStamp(): string | undefined {
  return existsSync(stamp) ? readFileSync(stamp, "utf8").trim() : undefined;
}

function say(what: string): void {
  console.error(`dist/kubectl-calico_upgrade: ${what}`);
}

/**
 * `npm run release`: what is published, in dist/release. One archive for each of krew's five platforms,
 * checksums, an SBOM, and the manifest for krew, all made on this machine out of the package registries.
 *
 *   --base-url URL   where the archives will lie, for the manifest
 *                    (default: HOMEPAGE/releases/download/vVERSION, by package.json)
 *   --partial        a platform that cannot be made here is left out, loudly; without it that is an error
 *   --output DIR     instead of dist/release
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { emulatorFor } from "./build/emulator.ts";
import { fingerprintOfInputs } from "./build/inputs.ts";
import { licences } from "./build/licences.ts";
import { nodeRuntime } from "./build/node-runtime.ts";
import { executableName, platforms, thisPlatform } from "./build/platforms.ts";
import type { Platform } from "./build/platforms.ts";
import { makeExecutable, makeProgram } from "./build/program.ts";
import { archiveName, writeArchive } from "./release/archive.ts";
import { krewManifest } from "./release/krew-manifest.ts";
import { rcodesign, signAdHoc } from "./release/rcodesign.ts";
import { sbom } from "./release/sbom.ts";
import { audit, vulnerabilitiesPage } from "./release/vulnerabilities.ts";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    "base-url": { type: "string" },
    partial: { type: "boolean", default: false },
    output: { type: "string", default: join(root, "dist/release") },
  },
});
const output = resolve(values.output);
const { version, homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  homepage: string;
};
/** Bytes; krew sets no limit, a user's patience does. */
const largest = 45_000_000;
const stamp = join(output, "built-from");
const key = fingerprintOfInputs(root, ["scripts/release.ts", "scripts/release", "LICENSE"], process.version);

const began = performance.now();
const skipped: string[] = [];
if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) say("archives: up to date");
else await makeArchives();
writeManifest();
writeVulnerabilities();
say(`done in ${((performance.now() - began) / 1000).toFixed(0)} s`);
if (skipped.length > 0 && !values.partial) process.exitCode = 1;

async function makeArchives(): Promise<void> {
  const work = join(output, "work");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const program = await makeProgram(root, work);
  const runtimes = platforms.map((platform) => ({ platform, runtime: nodeRuntime(root, platform) }));
  const signer = await rcodesign(say);
  const sums: string[] = [];
  for (const { platform, runtime } of runtimes) {
    const name = `${platform.os}/${platform.arch}`;
    if (platform.os === "darwin" && "missing" in signer) {
      skip(`${name}: ${signer.missing}`);
      continue;
    }
    const found = await emulatorFor(platform, thisPlatform().node, say);
    const emulator = "missing" in found ? undefined : found;
    if ("missing" in found) say(`${name}: without a code cache, so it starts more slowly: ${found.missing}`);
    const folder = join(work, `${platform.os}-${platform.arch}`);
    mkdirSync(folder);
    const executable = executableName(platform);
    const path = join(folder, executable);
    await makeExecutable({ program, platform, runtime, emulator, work, output: path });
    if (platform.os === "darwin" && "path" in signer) await signAdHoc(signer.path, path, work);
    copyFileSync(join(root, "LICENSE"), join(folder, "LICENSE"));
    writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), licences(root, program.inputs));
    const archive = join(output, archiveName(platform));
    const files = [executable, "LICENSE", "THIRD-PARTY-LICENSES.txt"];
    // Not what the umask of whoever builds makes of it.
    for (const name of files) chmodSync(join(folder, name), name === executable ? 0o755 : 0o644);
    await writeArchive(archive, folder, files, executable);
    rmSync(folder, { recursive: true });
    sums.push(`${sha256(archive)}  ${archiveName(platform)}`);
    const { size } = statSync(archive);
    say(`${archiveName(platform)}: ${size.toLocaleString("en")} bytes`);
    if (size > largest) throw new Error(`${archiveName(platform)} is larger than ${largest} bytes`);
  }
  const bill = join(output, "calico-upgrade.cdx.json");
  writeFileSync(bill, sbom(root, program.inputs, runtimes));
  sums.push(`${sha256(bill)}  calico-upgrade.cdx.json`);
  writeFileSync(join(output, "SHA256SUMS"), `${sums.join("\n")}\n`);
  rmSync(work, { recursive: true });
  // Only what is whole is not made again.
  if (skipped.length === 0) writeFileSync(stamp, key);
}

function writeManifest(): void {
  const text = krewManifest({
    template: parse(readFileSync(join(root, "krew/calico-upgrade.yaml"), "utf8")) as {
      spec: Record<string, unknown>;
    },
    version: `v${version}`,
    homepage,
    baseUrl: (values["base-url"] ?? `${homepage}/releases/download/v${version}`).replace(/\/+$/, ""),
    archives: platforms
      .filter((platform) => existsSync(join(output, archiveName(platform))))
      .map((platform: Platform) => ({ platform, sha256: sha256(join(output, archiveName(platform))) })),
  });
  mkdirSync(join(output, "krew"), { recursive: true });
  writeFileSync(join(output, "krew/calico-upgrade.yaml.unfinished"), text);
  renameSync(join(output, "krew/calico-upgrade.yaml.unfinished"), join(output, "krew/calico-upgrade.yaml"));
}

/** Beside the archives and not in them: what is known changes without them. */
function writeVulnerabilities(): void {
  const found = audit(root);
  if (!found.answered) say(`SKIPPED known vulnerabilities: ${found.because}`);
  const { components } = JSON.parse(readFileSync(join(output, "calico-upgrade.cdx.json"), "utf8")) as {
    components: readonly { readonly purl: string }[];
  };
  writeFileSync(
    join(output, "VULNERABILITIES.md"),
    vulnerabilitiesPage(
      found,
      components.map(({ purl }) => purl),
    ),
  );
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function skip(what: string): void {
  skipped.push(what);
  say(`SKIPPED ${what}`);
}

function say(line: string): void {
  console.error(`release: ${line}`);
}

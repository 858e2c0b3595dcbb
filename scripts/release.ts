/**
 * `npm run release`: what is published, in dist/release. One archive for each of krew's five platforms, the
 * container image for Linux, checksums, an SBOM, and the manifest for krew, all made on this machine out of the
 * package registries.
 *
 *   --base-url URL   where the archives will lie, for the manifest
 *                    (default: HOMEPAGE/releases/download/vVERSION, by package.json)
 *   --partial        what cannot be made here is left out, loudly; without it that is an error
 *   --output DIR     instead of dist/release
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { platforms } from "./build/platforms.ts";
import type { Platform } from "./build/platforms.ts";
import {
  describeImage,
  imageKey,
  imageName,
  imagePackages,
  imagePlatforms,
  writeImage,
} from "./oci/image.ts";
import { archiveName } from "./release/archive.ts";
import { areCurrent, makeArchives, markCurrent } from "./release/archives.ts";
import { krewManifest } from "./release/krew-manifest.ts";
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
const bill = "calico-upgrade.cdx.json";

const began = performance.now();
const skipped: string[] = [];
if (areCurrent(root, output)) say("archives: up to date");
else await makeAll();
await makeImage();
writeSums();
writeManifest();
writeVulnerabilities();
say(`done in ${((performance.now() - began) / 1000).toFixed(0)} s`);
if (skipped.length > 0 && !values.partial) process.exitCode = 1;

async function makeAll(): Promise<void> {
  const archives = await makeArchives(root, output, platforms, say);
  archives.skipped.forEach(skip);
  writeFileSync(join(output, bill), sbom(root, archives.inputs, archives.runtimes));
  if (archives.skipped.length === 0) markCurrent(output, archives);
}

async function makeImage(): Promise<void> {
  const path = join(output, imageName);
  const stamp = join(output, "image-built-from");
  const debian = await imagePackages(imagePlatforms, say);
  if ("missing" in debian) {
    skip(`image: ${debian.missing}`);
    rmSync(path, { force: true });
    return;
  }
  const sources = { root, archives: output, platforms: imagePlatforms, debian };
  const key = imageKey(sources);
  if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, "utf8") === key) {
    say("image: up to date");
    return;
  }
  for (const line of describeImage(path, await writeImage(path, sources), sources)) say(line);
  writeFileSync(stamp, key);
}

function writeSums(): void {
  const names = [...platforms.map((platform) => archiveName(platform)), bill, imageName];
  const lines = names
    .filter((name) => existsSync(join(output, name)))
    .map((name) => `${sha256(join(output, name))}  ${name}\n`);
  writeFileSync(join(output, "SHA256SUMS"), lines.join(""));
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
  const { components } = JSON.parse(readFileSync(join(output, bill), "utf8")) as {
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

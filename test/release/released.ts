import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { executableName, platforms } from "../../scripts/build/platforms.ts";
import type { Platform } from "../../scripts/build/platforms.ts";
import { imageName } from "../../scripts/oci/image.ts";
import { archiveName } from "../../scripts/release/archive.ts";

export const root = join(import.meta.dirname, "../..");
export const release = join(root, "dist/release");
export const image = join(release, imageName);
export const { version, homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
  homepage: string;
};

/** The platforms that were made here; what is missing is said once, loudly. */
export const made = platforms.filter((platform) => {
  const there = existsSync(join(release, archiveName(platform)));
  if (!there) console.log(`SKIPPED: there is no ${archiveName(platform)}; npm run release says why`);
  return there;
});

export function archivePath(platform: Platform): string {
  return join(release, archiveName(platform));
}

/** Unpacks a platform's archive with the system's tar (fflate for zip) and answers the executable's path. */
export function unpacked(platform: Platform): string {
  const folder = mkdtempSync(join(tmpdir(), "unpacked-"));
  mkdirSync(folder, { recursive: true });
  if (platform.os === "windows") {
    for (const [name, bytes] of Object.entries(unzipSync(readFileSync(archivePath(platform))))) {
      writeFileSync(join(folder, name), bytes);
    }
  } else execFileSync("tar", ["-xzf", archivePath(platform), "-C", folder]);
  return join(folder, executableName(platform));
}

export function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

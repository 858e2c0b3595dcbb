import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { zipSync } from "fflate";
import { create } from "tar";
import type { Platform } from "../build/platforms.ts";

/** `kubectl-calico_upgrade-linux-amd64.tar.gz` */
export function archiveName({ os, arch }: Platform): string {
  return `kubectl-calico_upgrade-${os}-${arch}.${os === "windows" ? "zip" : "tar.gz"}`;
}

/** The files of one folder as an archive; the same files give the same bytes, whenever and by whomever. */
export async function writeArchive(
  output: string,
  folder: string,
  files: readonly string[],
  executable: string,
): Promise<void> {
  if (output.endsWith(".zip")) {
    // zip keeps local time: the same in every time zone is what is given as local time.
    const mtime = new Date(1980, 0, 1);
    const entries = files.map((name) => {
      const mode = name === executable ? 0o755 : 0o644;
      return [name, [readFileSync(`${folder}/${name}`), { mtime, os: 3, attrs: mode << 16 }]] as const;
    });
    writeFileSync(output, zipSync(Object.fromEntries(entries) as never, { level: 9 }));
    return;
  }
  await create(
    { file: output, cwd: folder, gzip: { level: 9 }, portable: true, mtime: new Date(0), strict: true },
    files.map((name) => basename(name)),
  );
}

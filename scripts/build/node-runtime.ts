/** The Node that goes into the executable: from its npm package, which must be the one of the lock file. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../test/cluster/binaries/cache.ts";
import { machinePath } from "./machine-path.ts";
import type { Platform } from "./platforms.ts";

export interface NodeRuntime {
  /** 22.23.2 */
  readonly version: string;
  /** `sha512-BASE64` of the npm package. */
  readonly integrity: string;
  readonly path: string;
}

interface LockFile {
  readonly packages: Readonly<Record<string, { version: string; integrity?: string } | undefined>>;
}

/** @throws Error when the lock file has no such package, or when its bytes are others. */
export function nodeRuntime(root: string, { runtime: name, os }: Platform): NodeRuntime {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as LockFile;
  const locked = lock.packages[`node_modules/${name}`];
  if (locked?.integrity === undefined) throw new Error(`package-lock.json does not name ${name}`);
  const { version, integrity } = locked;
  const executable = os === "windows" ? "node.exe" : "node";
  const id = createHash("sha256").update(integrity).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), "node", `${name}-${version}-${id}`);
  const path = join(folder, executable);
  if (!existsSync(path)) unpack({ root, spec: `${name}@${version}`, integrity, executable, folder });
  return { version, integrity, path };
}
function unpack(wanted: {
  root: string;
  spec: string;
  integrity: string;
  executable: string;
  folder: string;
}): void {
  const { root, spec, integrity, executable, folder } = wanted;
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}.`);
  try {
    const pack = ["pack", spec, "--pack-destination", work, "--prefer-offline", "--json", "--loglevel=error"];
    const [packed] = JSON.parse(
      execFileSync("npm", pack, {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, PATH: machinePath() },
      }),
    ) as {
      filename: string;
    }[];
    const archive = join(work, packed?.filename ?? "");
    check(readFileSync(archive), integrity, spec);
    execFileSync("tar", ["-xzf", archive, "-C", work, `package/bin/${executable}`]);
    chmodSync(join(work, "package/bin", executable), 0o755);
    // Renamed into place when whole, so that two builds at once do not meet half a file.
    mkdirSync(folder, { recursive: true });
    renameSync(join(work, "package/bin", executable), join(folder, executable));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @throws Error when the bytes are not those that `integrity` (sha512-BASE64) names. */
export function check(bytes: Uint8Array, integrity: string, what: string): void {
  const found = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  if (found !== integrity) {
    throw new Error(`${what} is not what package-lock.json names: ${found} instead of ${integrity}`);
  }
}

/** The archive of each platform: the executable, packed and for macOS signed, with the licences of what is inside. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { emulatorFor } from "../build/emulator.ts";
import { fingerprintOfInputs } from "../build/inputs.ts";
import { licences } from "../build/licences.ts";
import { type NodeRuntime, nodeRuntime } from "../build/node-runtime.ts";
import { executableName, type Platform, thisPlatform } from "../build/platforms.ts";
import { makeExecutable, makeProgram } from "../build/program.ts";
import { archiveName, writeArchive } from "./archive.ts";
import { rcodesign, signAdHoc } from "./rcodesign.ts";

export interface Archives {
  /** Why there is no archive of a platform. */
  readonly skipped: readonly string[];
  /** Every file that went into the program. */
  readonly inputs: readonly string[];
  readonly runtimes: readonly { readonly platform: Platform; readonly runtime: NodeRuntime }[];
  /** What they are made of, for `markCurrent`. */
  readonly key: string;
}

/** Bytes; krew sets no limit, a user's patience does. */
const largest = 45_000_000;

const stamp = (output: string): string => join(output, "built-from");

function keyOf(root: string): string {
  return fingerprintOfInputs(root, ["scripts/release.ts", "scripts/release", "LICENSE"], process.version);
}

/** Whether the folder has the archives of all platforms, made of what is there now. */
export function areCurrent(root: string, output: string): boolean {
  return existsSync(stamp(output)) && readFileSync(stamp(output), "utf8") === keyOf(root);
}

/** Only what is whole is not made again. */
export function markCurrent(output: string, { key }: Archives): void {
  writeFileSync(stamp(output), key);
}

/** Empties the folder and makes the archives of these platforms there. */
export async function makeArchives(
  root: string,
  output: string,
  platforms: readonly Platform[],
  say: (line: string) => void,
): Promise<Archives> {
  const key = keyOf(root);
  const work = join(output, "work");
  rmSync(output, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const program = await makeProgram(root, work);
  const runtimes = platforms.map((platform) => ({ platform, runtime: nodeRuntime(root, platform) }));
  const signer = platforms.some(({ os }) => os === "darwin")
    ? await rcodesign(say)
    : { missing: "not needed" };
  const skipped: string[] = [];
  for (const { platform, runtime } of runtimes) {
    const name = `${platform.os}/${platform.arch}`;
    if (platform.os === "darwin" && "missing" in signer) {
      skipped.push(`${name}: ${signer.missing}`);
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
    const { size } = statSync(archive);
    say(`${archiveName(platform)}: ${size.toLocaleString("en")} bytes`);
    if (size > largest) throw new Error(`${archiveName(platform)} is larger than ${largest} bytes`);
  }
  rmSync(work, { recursive: true });
  return { skipped, inputs: program.inputs, runtimes, key };
}

import { join } from "node:path";
import { debianFolder } from "./debian.ts";
import type { Platform } from "./platforms.ts";

/** What runs another platform's programs here: put before their path; nothing for our own. */
export interface Emulator {
  readonly command: readonly string[];
}

export type Found = Emulator | { readonly missing: string };

/** Debian's qemu for user programs, with the C and C++ libraries of arm64. */
const qemu = ["qemu-user-static", "libc6-arm64-cross", "libstdc++6-arm64-cross", "libgcc-s1-arm64-cross"];

/** Answers how to run programs of `platform` on this machine, or what is missing to do so. */
export async function emulatorFor(
  platform: Platform,
  here: string,
  progress: (line: string) => void,
): Promise<Found> {
  if (platform.node === here) return { command: [] };
  if (platform.os === "darwin") return { missing: "nothing runs macOS programs elsewhere" };
  if (platform.os === "windows") return { missing: "wine 8, the one at hand, does not start Node 22" };
  if (here !== "linux-x64") return { missing: `qemu-user is used on linux-x64 only, this is ${here}` };
  const folder = await debianFolder("qemu", qemu, progress);
  if ("missing" in folder) return folder;
  return {
    command: [
      join(folder.path, "usr/bin/qemu-aarch64-static"),
      "-L",
      join(folder.path, "usr/aarch64-linux-gnu"),
    ],
  };
}

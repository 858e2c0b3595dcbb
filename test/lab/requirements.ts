/** Whether a lab can run on this machine: it needs root, namespaces and cgroups, and changes nothing outside its own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { debianFolder } from "../../scripts/build/debian.ts";
import type { Progress } from "../cluster/binaries/build.ts";
import { hierarchies } from "./cgroups.ts";

/** bird with birdc, the C library that they are linked with, runc, and the standard CNI plugins. */
const packages = ["bird", "libc6", "libreadline8", "libtinfo6", "runc", "containernetworking-plugins"];

export type Debian = {
  readonly root: string;
  readonly runc: string;
};

/** Debian's programs, unpacked; or why there can be no lab. */
export async function requirements(progress: Progress): Promise<Debian | { readonly missing: string }> {
  const missing = firstMissing();
  if (missing !== undefined) return { missing };
  const folder = await debianFolder("lab-debian", packages, progress);
  if ("missing" in folder) return folder;
  const runc = join(folder.path, "usr/sbin/runc");
  if (!succeeds(runc, ["--version"])) return { missing: "Debian's runc does not start (libseccomp2?)" };
  return { root: folder.path, runc };
}

/** What can be told without fetching anything. */
export function firstMissing(): string | undefined {
  if (process.platform !== "linux") return `it needs Linux, this is ${process.platform}`;
  if (process.arch !== "x64") return `it was tried on x86-64 only, this is ${process.arch}`;
  if (process.getuid?.() !== 0) return "it needs root";
  for (const tool of ["ip", "unshare", "nsenter"]) {
    if (!succeeds(tool, ["--help"]) && !succeeds(tool, ["-V"])) return `there is no ${tool}`;
  }
  if (!existsSync("/sys/fs/cgroup/memory")) {
    return "it was tried with cgroup v1 only, and there is no memory hierarchy under /sys/fs/cgroup";
  }
  if (hierarchies().length === 0) return "no cgroup hierarchy can be written to";
  const namespaces = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork"];
  if (!succeeds("unshare", [...namespaces, "true"])) return "namespaces cannot be made";
  const veth = "ip link add one type veth peer name two && ip link add three type bridge";
  if (!succeeds("unshare", ["--net", "sh", "-c", veth])) return "there are no veth or bridge devices";
  return undefined;
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

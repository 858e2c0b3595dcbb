/** A cgroup for each node, in every hierarchy (cgroup v1), and all of them gone in the end. */
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { poll } from "../cluster/wait.ts";
import { cgroupOf, nodeNames } from "./layout.ts";

const root = "/sys/fs/cgroup";

/** Mount points of hierarchies; a name like `cpu,cpuacct` has others that are links to it. */
export function hierarchies(): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name))
    .filter((path) => lstatSync(path).isDirectory() && existsSync(join(path, "cgroup.procs")))
    .filter((path) => isWritable(path));
}

export function makeCgroups(lab: string): void {
  for (const hierarchy of hierarchies()) {
    const above = join(hierarchy, cgroupOf(lab));
    for (const path of [above, ...nodeNames.map((node) => join(above, node))]) {
      mkdirSync(path, { recursive: true });
      // A cpuset begins empty, and nothing can run in it then.
      for (const file of ["cpuset.cpus", "cpuset.mems"]) {
        const inherited = join(path, "..", file);
        if (existsSync(inherited)) writeFileSync(join(path, file), readFileSync(inherited));
      }
    }
  }
}

/** Each is refused as long as something runs in it; what was killed takes a moment to be gone. */
export async function removeCgroups(lab: string): Promise<void> {
  const left = () => hierarchies().filter((hierarchy) => existsSync(join(hierarchy, cgroupOf(lab))));
  await poll(
    async () => {
      for (const hierarchy of left()) removeTree(join(hierarchy, cgroupOf(lab)));
      return left().length === 0;
    },
    { timeoutMs: 30_000, what: `cgroups ${cgroupOf(lab)} removed` },
  );
}

function removeTree(path: string): void {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(path, entry.name));
    }
    rmdirSync(path);
  } catch {
    // Busy, or gone already: the next look tells.
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ports for one cluster, below the range that the system hands out by itself, so that nobody is in our way. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const first = 20_000;
const last = 29_999;

/** Claimed by a file that names its cluster's folder: clusters that start side by side never take the same. */
export async function claimPorts(stateRoot: string, cluster: string, count: number): Promise<number[]> {
  const folder = join(stateRoot, "ports");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const claimed: number[] = [];
  const start = first + Math.floor(Math.random() * (last - first));
  for (let step = 0; claimed.length < count; step += 1) {
    if (step > last - first) throw new Error("no free port on the loopback interface");
    const port = first + ((start - first + step) % (last - first + 1));
    if (!claim(folder, port, cluster)) continue;
    if (await isFree(port)) claimed.push(port);
    else rmSync(join(folder, String(port)), { force: true });
  }
  return claimed;
}

export function releasePorts(stateRoot: string, cluster: string): void {
  const folder = join(stateRoot, "ports");
  if (!existsSync(folder)) return;
  for (const port of readdirSync(folder)) {
    const path = join(folder, port);
    if (ownerOf(path) === cluster) rmSync(path, { force: true });
  }
}

function claim(folder: string, port: number, cluster: string): boolean {
  try {
    writeFileSync(join(folder, String(port)), cluster, { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function ownerOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

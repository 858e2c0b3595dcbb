/** Ports for one cluster, below the range that the system hands out by itself, so that nobody is in our way. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

const first = 20_000;
const range = 10_000;

/** One list for all clusters of this user on this machine, wherever their state lies. */
const claims = join(tmpdir(), `kubectl-calico-upgrade-ports-${userInfo().uid}`);

/** Claimed by a file that names the cluster's folder: clusters that start side by side never take the same. */
export async function claimPorts(owner: string, count: number): Promise<number[]> {
  mkdirSync(claims, { recursive: true, mode: 0o700 });
  const claimed: number[] = [];
  const start = Math.floor(Math.random() * range);
  for (let step = 0; claimed.length < count; step += 1) {
    if (step === range) throw new Error("no free port on the loopback interface");
    const port = first + ((start + step) % range);
    if (!claim(port, owner)) continue;
    if (await isFree(port)) claimed.push(port);
    else release(port);
  }
  return claimed;
}

export function releasePorts(owner: string): void {
  if (!existsSync(claims)) return;
  for (const port of readdirSync(claims)) if (ownerOf(port) === owner) release(port);
}

function claim(port: number, owner: string): boolean {
  const holder = ownerOf(port);
  // A folder that was removed by hand holds nothing any more.
  if (holder !== undefined && !existsSync(holder)) release(port);
  try {
    writeFileSync(join(claims, String(port)), owner, { flag: "wx", mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function release(port: number | string): void {
  rmSync(join(claims, String(port)), { force: true });
}

function ownerOf(port: number | string): string | undefined {
  try {
    return readFileSync(join(claims, String(port)), "utf8");
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

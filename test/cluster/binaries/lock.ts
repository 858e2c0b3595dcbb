/** One build at a time in a cache; a lock whose owner is gone is nobody's. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, ownIdentity, type ProcessIdentity } from "../process-identity.ts";

export type Waiting = (owner: number) => void;

export async function withLock<T>(path: string, onWait: Waiting, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${JSON.stringify(ownIdentity())}\n`;
  for (let told = 0; !claim(path, mine);) {
    const owner = readOwner(path);
    if (owner !== undefined && !isAlive(owner.process)) {
      discard(path, owner.text);
      continue;
    }
    if (owner !== undefined && Date.now() - told > 30_000) {
      onWait(owner.process.pid);
      told = Date.now();
    }
    await delay(250);
  }
  try {
    return await work();
  } finally {
    if (readOwner(path)?.text === mine) rmSync(path, { force: true });
  }
}

/** Written beside and linked into place, so that a reader never sees a lock without its owner. */
function claim(path: string, mine: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(path: string): { process: ProcessIdentity; text: string } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return { process: JSON.parse(text) as ProcessIdentity, text };
  } catch {
    return undefined;
  }
}

/** Two waiters may both find the same dead owner: the slower one must not take the quicker one's new lock. */
function discard(path: string, dead: string): void {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== dead) linkSync(aside, path);
  } catch {
    // Somebody else was quicker; the next look tells.
  } finally {
    rmSync(aside, { force: true });
  }
}

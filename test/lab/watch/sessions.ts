/** BGP sessions as BIRD on each node has them, looked at ten times a second. */
import { setTimeout as delay } from "node:timers/promises";
import type { LabNode } from "../node.ts";
import { connectBird } from "./bird.ts";
import type { SessionLook } from "./observed.ts";

const interval = 100;

export function watchSessions(nodes: readonly LabNode[], looks: SessionLook[]): () => Promise<void> {
  const over = new AbortController();
  const watching = nodes.map((node) => watchNode(node, looks, over.signal));
  return async () => {
    over.abort();
    await Promise.all(watching);
  };
}

async function watchNode(node: LabNode, looks: SessionLook[], over: AbortSignal): Promise<void> {
  const bird = connectBird(() => birdSocket(node));
  let known: string | undefined;
  let before = Date.now();
  while (!over.aborted) {
    const established = await bird.established();
    const at = Date.now();
    const now = established?.toSorted().join(" ") ?? "no BIRD";
    if (now !== known) looks.push({ at, before, node: node.name, established });
    known = now;
    before = at;
    await delay(interval, undefined, { signal: over }).catch(() => undefined);
  }
  bird.close();
}

/** A socket's path may have 107 characters: this one has few. */
export function birdSocket(node: LabNode): string {
  return node.liveFile("/run/calico/bird.ctl");
}

/** Waits for what a collection of objects comes to show: by list and watch, never by sleeping. */
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Api } from "./api.ts";
import { at, type KubeObject, listAt } from "./kube-object.ts";

export type WaitOptions = {
  readonly timeoutMs?: number;
  /** What is waited for, for the error message. */
  readonly what?: string;
};

/** Looks at all objects after each change until `decide` answers something; that is the result. */
export async function waitFor<T>(
  api: Api,
  path: string,
  decide: (objects: readonly KubeObject[]) => T | undefined | false,
  { timeoutMs = 60_000, what = path }: WaitOptions = {},
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  let seen: readonly KubeObject[] = [];
  while (!deadline.aborted) {
    const list = await api.ask("GET", path);
    const objects = new Map(itemsOf(list).map((object) => [object.metadata.uid, object]));
    const look = () => {
      seen = [...objects.values()];
      return decide(seen);
    };
    const at0 = look();
    if (at0 !== undefined && at0 !== false) return at0;
    const version = at(list, "metadata", "resourceVersion");
    for await (const event of watch(api, path, String(version), deadline)) {
      if (event.type === "DELETED") objects.delete(event.object.metadata.uid);
      else objects.set(event.object.metadata.uid, event.object);
      const found = look();
      if (found !== undefined && found !== false) return found;
    }
  }
  throw new Error(`not seen within ${timeoutMs} ms: ${what}; last seen: ${summarise(seen)}`);
}

/** Nodes that take pods: Ready, and the taint of their beginning gone. */
export async function allReady(api: Api, nodes: readonly string[]): Promise<void> {
  const isUsable = (node: KubeObject) =>
    listAt(node, "status", "conditions").some(
      (one) => at(one, "type") === "Ready" && at(one, "status") === "True",
    ) && !listAt(node, "spec", "taints").some((taint) => at(taint, "key") === "node.kubernetes.io/not-ready");
  await waitFor(
    api,
    "/api/v1/nodes",
    (seen) => nodes.every((name) => seen.some((node) => node.metadata.name === name && isUsable(node))),
    { timeoutMs: 60_000, what: `nodes Ready: ${nodes.join(", ")}` },
  );
}

/** For what no watch tells: looks again in short intervals until `decide` answers something. */
export async function poll<T>(
  decide: () => Promise<T | undefined | false>,
  { timeoutMs = 60_000, what = "the condition" }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await decide();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not seen within ${timeoutMs} ms: ${what}`);
    await delay(50);
  }
}

export type WatchEvent = { readonly type: string; readonly object: KubeObject };

/** Ends when the server ends it, when the version is too old, or at the deadline. */
export async function* watch(
  api: Api,
  path: string,
  resourceVersion: string,
  deadline: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const separator = path.includes("?") ? "&" : "?";
  const query = `${path}${separator}watch=true&resourceVersion=${resourceVersion}`;
  const ending = new AbortController();
  try {
    const response = await api.open("GET", query, AbortSignal.any([deadline, ending.signal]));
    for await (const line of linesOf(response)) {
      const event = JSON.parse(line) as WatchEvent;
      if (event.type === "ERROR") return;
      if (event.type !== "BOOKMARK") yield event;
    }
  } catch (error) {
    if (!deadline.aborted && !ending.signal.aborted) throw error;
  } finally {
    ending.abort();
  }
}

async function* linesOf(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Buffer, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

function itemsOf(list: unknown): KubeObject[] {
  return listAt(list, "items") as KubeObject[];
}

function summarise(objects: readonly KubeObject[]): string {
  const lines = objects.map(({ metadata, status }) => `${metadata.name} ${JSON.stringify(status) ?? ""}`);
  return lines.length === 0 ? "nothing" : lines.join("; ").slice(0, 3000);
}

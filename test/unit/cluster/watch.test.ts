import type { KubeObject } from "../../../src/model/kube.ts";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { follow, type WatchedChange } from "../../../src/cluster/follow.ts";
import { list } from "../../../src/cluster/list.ts";
import type { WatchEvent } from "../../../src/cluster/port.ts";
import { watch } from "../../../src/cluster/watch.ts";
import { connectTo, json, status, wireServer, type Answer } from "./wire-server.ts";

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod" };

function pod(name: string, resourceVersion: number | string, extra: object = {}): object {
  return {
    metadata: {
      namespace: "kube-system",
      name,
      uid: `uid-${name}`,
      resourceVersion: String(resourceVersion),
    },
    ...extra,
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json" });
}

function send(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

/** Resolves when the condition holds; asked again after every change. */
function until(): { changed: () => void; holds: (condition: () => boolean) => Promise<void> } {
  let waiting: { condition: () => boolean; resolve: () => void }[] = [];
  return {
    changed() {
      const met = waiting.filter(({ condition }) => condition());
      waiting = waiting.filter((each) => !met.includes(each));
      for (const { resolve } of met) resolve();
    },
    holds: (condition) =>
      condition() ? Promise.resolve() : new Promise((resolve) => waiting.push({ condition, resolve })),
  };
}

async function take(events: AsyncGenerator<WatchEvent>, count: number): Promise<string[]> {
  const taken: string[] = [];
  for await (const event of events) {
    taken.push(
      event.type === "BOOKMARK"
        ? `BOOKMARK ${event.resourceVersion}`
        : `${event.type} ${event.object.kind}/${event.object.metadata.name}`,
    );
    if (taken.length === count) break;
  }
  return taken;
}

describe("a watch", () => {
  test("goes on where it was cut: from the last event or bookmark, not from the start", async () => {
    const { url, seen } = await wireServer((_seen, response, index) => {
      begin(response);
      if (index === 0) {
        send(response, "ADDED", pod("a", 11));
        response.write('{"type":"MODIFIED","object":{"meta');
        setImmediate(() => response.destroy());
      } else if (index === 1) {
        send(response, "BOOKMARK", { kind: "Pod", metadata: { resourceVersion: "20" } });
        response.end();
      } else send(response, "DELETED", pod("a", 21));
    });
    const { connection } = await connectTo(url);
    const stop = new AbortController();
    const events = watch(connection, pods, { resourceVersion: "10", signal: stop.signal });
    expect(await take(events, 3)).toEqual(["ADDED Pod/a", "BOOKMARK 20", "DELETED Pod/a"]);
    expect(seen.map((one) => one.url.searchParams.get("resourceVersion"))).toEqual(["10", "11", "20"]);
    expect(seen[0]?.url.searchParams.get("allowWatchBookmarks")).toBe("true");
  });

  test.each<[string, Answer]>([
    ["as the answer", (_seen, response) => json(response, 410, status(410, "Expired", "too old"))],
    [
      "as an event",
      (_seen, response) => {
        begin(response);
        send(response, "ERROR", status(410, "Expired", "too old"));
        response.end();
      },
    ],
  ])(
    "whose starting point is forgotten says so (410 %s), so that the caller lists again",
    async (_how, answer) => {
      const { url, seen } = await wireServer(answer);
      const { connection } = await connectTo(url);
      const events = watch(connection, pods, { resourceVersion: "1", signal: new AbortController().signal });
      await expect(take(events, 1)).rejects.toMatchObject({ kind: "api", status: 410, reason: "Expired" });
      expect(seen).toHaveLength(1);
    },
  );

  test("that is forbidden ends with the server's reason", async () => {
    const { url } = await wireServer((_seen, response) =>
      json(response, 403, status(403, "Forbidden", "no")),
    );
    const { connection } = await connectTo(url);
    const events = watch(connection, pods, { resourceVersion: "1", signal: new AbortController().signal });
    await expect(take(events, 1)).rejects.toMatchObject({ status: 403, reason: "Forbidden" });
  });

  test("keeps trying while the server is down, and says so", async () => {
    const { url } = await wireServer((_seen, response, index) => {
      if (index === 0) return json(response, 503, status(503, "ServiceUnavailable", "down"));
      begin(response);
      send(response, "ADDED", pod("a", 2));
    });
    const { connection } = await connectTo(url);
    const troubles: unknown[] = [];
    const events = watch(connection, pods, {
      resourceVersion: "1",
      signal: new AbortController().signal,
      onTrouble: (error) => troubles.push(error),
    });
    expect(await take(events, 1)).toEqual(["ADDED Pod/a"]);
    expect(troubles).toMatchObject([{ status: 503 }]);
  });

  test("ends at the signal", async () => {
    const stop = new AbortController();
    const { url } = await wireServer((_seen, response) => {
      begin(response);
      send(response, "ADDED", pod("a", 2));
    });
    const { connection } = await connectTo(url);
    const seen: string[] = [];
    for await (const event of watch(connection, pods, { resourceVersion: "1", signal: stop.signal })) {
      seen.push(event.type);
      stop.abort();
    }
    expect(seen).toEqual(["ADDED"]);
  });
});

describe("a list", () => {
  test("comes page by page, with apiVersion and kind filled in, only what is picked kept", async () => {
    const { url, seen } = await wireServer((one, response) =>
      one.url.searchParams.get("continue") === null
        ? json(response, 200, { metadata: { continue: "next" }, items: [pod("a", 1)] })
        : json(response, 200, { metadata: { resourceVersion: "7" }, items: [pod("b", 2)] }),
    );
    const { connection } = await connectTo(url);
    const listed = await list(connection, pods, {
      namespace: "kube-system",
      labelSelector: "k8s-app=calico-node",
      pick: (object) => `${object.apiVersion} ${object.kind} ${object.metadata.name}`,
    });
    expect(listed).toEqual({ items: ["v1 Pod a", "v1 Pod b"], resourceVersion: "7" });
    expect(seen.map((one) => `${one.url.pathname}${one.url.search}`)).toEqual([
      "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node&limit=500",
      "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node&limit=500&continue=next",
    ]);
  });

  test("whose pages expired in the middle is taken again in one piece", async () => {
    const { url } = await wireServer((one, response) => {
      const query = one.url.searchParams;
      if (query.get("continue") !== null) return json(response, 410, status(410, "Expired", "old"));
      if (query.get("limit") !== null) {
        return json(response, 200, { metadata: { continue: "next" }, items: [pod("a", 1)] });
      }
      json(response, 200, { metadata: { resourceVersion: "9" }, items: [pod("a", 1), pod("b", 2)] });
    });
    const { connection } = await connectTo(url);
    const { items } = await list(connection, pods, { pick: ({ metadata }) => metadata.name });
    expect(items).toEqual(["a", "b"]);
  });

  test.each([
    ["whose pages name each other in a circle", false],
    ["whose pages expire however they are asked for", true],
  ])("%s ends with an error, and no command reads it forever", async (_what, expires) => {
    const { url, seen } = await wireServer((one, response) => {
      const at = one.url.searchParams.get("continue");
      if (expires && at !== null) return json(response, 410, status(410, "Expired", "old"));
      json(response, 200, { metadata: { continue: at === "one" ? "two" : "one" }, items: [pod("a", 1)] });
    });
    const { connection } = await connectTo(url);
    await expect(list(connection, pods)).rejects.toMatchObject({ kind: expect.any(String) as string });
    expect(seen.length).toBeLessThan(6);
  });
});

describe("following a kind", () => {
  /** Lists answer `items`; watches are handed to the test. */
  async function followed(lists: object[][]) {
    const watches: ServerResponse[] = [];
    const condition = until();
    let listed = 0;
    const { url } = await wireServer((one, response) => {
      if (one.url.searchParams.get("watch") === null) {
        const items = lists[Math.min(listed, lists.length - 1)];
        listed += 1;
        json(response, 200, { metadata: { resourceVersion: String(100 * listed) }, items });
        return;
      }
      begin(response);
      response.flushHeaders();
      watches.push(response);
      condition.changed();
    });
    const { connection } = await connectTo(url);
    const stop = new AbortController();
    const changes: WatchedChange<string>[] = [];
    const live = follow(connection, pods, {
      signal: stop.signal,
      pick: ({ metadata }) => metadata.resourceVersion ?? "",
      onChange(change) {
        changes.push(change);
        condition.changed();
      },
    });
    await live.ready;
    await condition.holds(() => watches.length === 1);
    return { live, watches, changes, stop, holds: condition.holds, lists: () => listed };
  }

  test("keeps a map in step with list and watch", async () => {
    const { live, watches, stop, holds } = await followed([[pod("a", 1), pod("b", 2)]]);
    expect([...live.objects]).toEqual([
      ["kube-system/a", "1"],
      ["kube-system/b", "2"],
    ]);
    const [stream] = watches;
    if (stream === undefined) throw new Error("no watch");
    send(stream, "MODIFIED", pod("a", 101));
    send(stream, "DELETED", pod("b", 102));
    send(stream, "ADDED", pod("c", 103));
    await holds(() => live.objects.has("kube-system/c"));
    expect([...live.objects]).toEqual([
      ["kube-system/a", "101"],
      ["kube-system/c", "103"],
    ]);
    stop.abort();
    await live.ended;
  });

  test("a write's answer counts at once, and an older event does not undo it", async () => {
    const { live, watches, holds } = await followed([[pod("a", 9)]]);
    live.replace({ apiVersion: "v1", kind: "Pod", ...(pod("a", 110) as { metadata: { name: string } }) });
    expect(live.objects.get("kube-system/a")).toBe("110");
    const [stream] = watches;
    if (stream === undefined) throw new Error("no watch");
    send(stream, "MODIFIED", pod("a", 105));
    send(stream, "ADDED", pod("mark", 111));
    await holds(() => live.objects.has("kube-system/mark"));
    expect(live.objects.get("kube-system/a")).toBe("110");
    // Compared as numbers: 9 is older than 110.
    live.replace({ apiVersion: "v1", kind: "Pod", ...(pod("a", 9) as { metadata: { name: string } }) });
    expect(live.objects.get("kube-system/a")).toBe("110");
    live.replace({
      apiVersion: "v1",
      kind: "Pod",
      ...(pod("a", "opaque") as { metadata: { name: string } }),
    });
    expect(live.objects.get("kube-system/a")).toBe("opaque");
  });

  test("after a 410 the list tells what is gone and what is new", async () => {
    const { live, watches, changes, holds, lists } = await followed([
      [pod("a", 1), pod("b", 2)],
      [pod("b", 2), pod("c", 150)],
    ]);
    const [stream] = watches;
    if (stream === undefined) throw new Error("no watch");
    const before = changes.length;
    send(stream, "ERROR", status(410, "Expired", "too old"));
    stream.end();
    await holds(() => watches.length === 2);
    expect(lists()).toBe(2);
    expect([...live.objects.keys()]).toEqual(["kube-system/b", "kube-system/c"]);
    expect(changes.slice(before)).toEqual([
      { key: "kube-system/c", value: "150" },
      { key: "kube-system/a", value: undefined },
    ]);
  });

  test("a list that is refused is told through ready, in time for a partial answer", async () => {
    const { url } = await wireServer((_seen, response) =>
      json(response, 403, status(403, "Forbidden", "no")),
    );
    const { connection } = await connectTo(url);
    const live = follow(connection, pods, { signal: new AbortController().signal });
    await expect(live.ready).rejects.toMatchObject({ status: 403 });
    await expect(live.ended).rejects.toMatchObject({ status: 403 });
  });

  test("after a conflict the watch tells who was quicker, and nothing is listed again", async () => {
    const { live, watches, lists } = await followed([[pod("a", 1)]]);
    const [stream] = watches;
    if (stream === undefined) throw new Error("no watch");
    const told = live.changedFrom("kube-system/a", "1");
    send(stream, "MODIFIED", pod("a", 101));
    expect(await told).toBe(true);
    expect(await live.changedFrom("kube-system/a", "1")).toBe(true);
    // Nothing is told: whoever asked has to look.
    expect(await live.changedFrom("kube-system/a", "101")).toBe(false);
    expect(lists()).toBe(1);
  });

  test("the answer of a write that comes after the watch has told of the object's end brings it back to nobody", async () => {
    const { live, watches, holds } = await followed([[pod("a", 101)]]);
    const [stream] = watches;
    if (stream === undefined) throw new Error("no watch");
    const made = pod("b", 105) as KubeObject;
    send(stream, "ADDED", made);
    await holds(() => live.objects.has("kube-system/b"));
    send(stream, "DELETED", made);
    await holds(() => !live.objects.has("kube-system/b"));
    live.replace(made);
    expect([...live.objects.keys()]).toEqual(["kube-system/a"]);
    const { metadata } = made;
    live.replace({ ...made, metadata: { ...metadata, uid: "another", resourceVersion: "109" } });
    expect([...live.objects.keys()]).toEqual(["kube-system/a", "kube-system/b"]);
  });

  test("relist brings the map up to date on demand", async () => {
    const { live } = await followed([[pod("a", 1)], [pod("a", 1), pod("z", 3)]]);
    await live.relist();
    expect([...live.objects.keys()]).toEqual(["kube-system/a", "kube-system/z"]);
  });
});

import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { discover, discoverCached } from "../../../src/cluster/discovery.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import { connectTo, json, wireServer, type Seen } from "./wire-server.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "discovery-cache-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

const group = (name: string, version: string, ...kinds: string[]) => ({
  metadata: { name },
  versions: [
    {
      version,
      freshness: "Current",
      resources: kinds.map((kind) => ({
        resource: `${kind.toLowerCase()}s`,
        singularResource: kind.toLowerCase(),
        scope: "Namespaced",
        verbs: ["get"],
        shortNames: [kind.slice(0, 2).toLowerCase()],
        responseKind: { group: name, version, kind },
        subresources: [
          { subresource: "status", verbs: ["get"], responseKind: { group: name, version, kind } },
        ],
      })),
    },
  ],
});

/** A server whose groups can change. */
async function server(groups: () => readonly object[]) {
  const { url, seen } = await wireServer(({ url: asked, headers }, response) => {
    const aggregated = headers.accept?.includes("APIGroupDiscoveryList") === true;
    const list = (items: readonly object[]) => ({ kind: "APIGroupDiscoveryList", items });
    const names = groups().map((each) => (each as ReturnType<typeof group>).metadata);
    if (asked.pathname === "/version") json(response, 200, { gitVersion: "v1.36.4" });
    else if (asked.pathname === "/api") json(response, 200, list([group("", "v1", "Pod")]));
    else json(response, 200, aggregated ? list(groups()) : { kind: "APIGroupList", groups: names });
  });
  const { connection } = await connectTo(url, { cacheDir: folder });
  const host = url.replace("http://", "").replace(/[.:]/g, (character) => (character === ":" ? "_" : "."));
  return { connection, seen, at: join(folder, "discovery", host) };
}

const asked = (seen: Seen[]): string[] =>
  seen
    .splice(0)
    .map(({ url }) => url.pathname)
    .toSorted();
const look = (connection: Connection) => discoverCached(connection, ["", "apps"]);

test("the second look within six hours asks only for the server's version", async () => {
  const { connection, seen } = await server(() => [group("apps", "v1", "DaemonSet")]);
  const first = await look(connection);
  expect(asked(seen)).toEqual(["/api", "/apis", "/version"]);
  const second = await look(connection);
  expect(asked(seen)).toEqual(["/version"]);
  expect(second.version).toBe("v1.36.4");
  expect(second.find("daemonsets", ["apps"])).toEqual(first.find("daemonsets", ["apps"]));
  expect(second.find("pods", [""])).toMatchObject({ version: "v1", kind: "Pod", verbs: ["get"] });
});

test("after six hours the server is asked again", async () => {
  const { connection, seen, at } = await server(() => [group("apps", "v1", "DaemonSet")]);
  await look(connection);
  asked(seen);
  const long = Date.now() / 1000 - 6 * 3600 - 1;
  await utimes(join(at, "apps/v1/serverresources.json"), long, long);
  await look(connection);
  expect(asked(seen)).toEqual(["/api", "/apis", "/version"]);
});

test("an API that was installed a moment ago is there", async () => {
  const groups = [group("metrics", "v1")];
  const { connection, seen } = await server(() => groups);
  expect((await look(connection)).find("daemonsets", ["apps"])).toBeUndefined();
  asked(seen);
  // Absent still: one small answer says so.
  await look(connection);
  expect(asked(seen)).toEqual(["/apis", "/version"]);
  groups.push(group("apps", "v1", "DaemonSet"));
  expect((await look(connection)).find("daemonsets", ["apps"])).toMatchObject({ version: "v1" });
});

test("what is decided for a write never comes from the disk (H29)", async () => {
  const groups = [group("apps", "v1", "DaemonSet")];
  const { connection } = await server(() => groups);
  await look(connection);
  groups.splice(0, 1, group("apps", "v2", "DaemonSet"));
  expect((await discover(connection, ["apps"])).find("daemonsets", ["apps"])?.version).toBe("v2");
});

test("kubectl finds everything that it would have written itself: short names, subresources", async () => {
  const { connection, at } = await server(() => [group("apps", "v1", "DaemonSet")]);
  await look(connection);
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(at, name), "utf8"));
  const v1 = { groupVersion: "apps/v1", version: "v1" };
  const core = { groupVersion: "v1", version: "v1" };
  expect(await read("servergroups.json")).toEqual({
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [
      { name: "", versions: [core], preferredVersion: core },
      { name: "apps", versions: [v1], preferredVersion: v1 },
    ],
  });
  const common = {
    singularName: "daemonset",
    namespaced: true,
    group: "apps",
    version: "v1",
    kind: "DaemonSet",
  };
  expect(await read("apps/v1/serverresources.json")).toEqual({
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: "apps/v1",
    resources: [
      { name: "daemonsets", ...common, verbs: ["get"], shortNames: ["da"] },
      { name: "daemonsets/status", ...common, verbs: ["get"] },
    ],
  });
});

test("a disk that cannot be written to does not matter", async () => {
  const { connection, seen } = await server(() => [group("apps", "v1", "DaemonSet")]);
  await rm(folder, { recursive: true });
  await writeFile(folder, "a file in its place");
  expect((await look(connection)).find("daemonsets", ["apps"])).toBeDefined();
  expect((await look(connection)).find("daemonsets", ["apps"])).toBeDefined();
  expect(asked(seen)).toHaveLength(6);
});

test("a server that names a version ../../.. makes nobody's files but those below --cache-dir", async () => {
  const { connection } = await server(() => [
    {
      ...group("apps", "v1", "DaemonSet"),
      versions: [
        ...group("apps", "../../../../evil", "Pod").versions,
        ...group("apps", "v1", "DaemonSet").versions,
      ],
    },
    group("../../../../evil", "v1", "Pod"),
    group("/evil", "v1", "Pod"),
  ]);
  const cache = join(folder, "deep", "er", "cache");
  const deep = await connectTo(connection.server, { cacheDir: cache });
  const found = await discoverCached(deep.connection, ["", "apps"]);
  expect(found.find("daemonsets", ["apps"])?.version).toBe("v1");
  const written = await readdir(folder, { recursive: true });
  expect(written.filter((name) => name.includes("evil"))).toEqual([]);
  expect(written.some((name) => name.endsWith("servergroups.json"))).toBe(true);
});

test("a cache that somebody wrote into leads to no file outside of it", async () => {
  const { connection, at } = await server(() => [group("apps", "v1", "DaemonSet")]);
  await look(connection);
  const path = join(at, "servergroups.json");
  const kept = JSON.parse(await readFile(path, "utf8")) as { groups: { name: string; versions: object[] }[] };
  const apps = kept.groups.find(({ name }) => name === "apps");
  apps?.versions.unshift({ groupVersion: "../../../outside", version: "../../../outside" });
  await writeFile(path, JSON.stringify(kept));
  await mkdir(join(folder, "outside"));
  const forged = { resources: [{ name: "daemonsets", kind: "Forged", namespaced: true, verbs: [] }] };
  await writeFile(join(folder, "outside", "serverresources.json"), JSON.stringify(forged));
  expect((await look(connection)).find("daemonsets", ["apps"])?.kind).toBe("DaemonSet");
});

import { describe, expect, test } from "vitest";
import { reviewAccess, type Permission } from "../../../src/cluster/access.ts";
import { discover } from "../../../src/cluster/discovery.ts";
import { keepDiscovery } from "../../../src/cluster/cached-discovery.ts";
import { keepReviews } from "../../../src/cluster/cached-reviews.ts";
import { apiError } from "../../../src/errors.ts";
import { counting, pathTo } from "./counting.ts";

const group = "crd.projectcalico.org";
const crds = pathTo("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");

/** A server with aggregated discovery that is told which kinds of Calico's it serves. */
function server(served: Set<string>) {
  const resource = (name: string) => ({
    resource: name,
    scope: "Cluster",
    verbs: ["get"],
    responseKind: kindOf(name),
  });
  const kindOf = (kind: string) => ({ group, version: "v1", kind });
  let stale = false;
  const made = counting(({ method, path, body }) => {
    if (method !== "GET") return { ...(body as object) };
    if (path === "/version") return { gitVersion: "v1.36.4" };
    const freshness = stale ? "Stale" : "Current";
    const versions = [{ version: "v1", freshness, resources: [...served].map(resource) }];
    const items = path === "/apis" ? [{ metadata: { name: group }, versions }] : [];
    return { kind: "APIGroupDiscoveryList", items };
  });
  const paths = () => made.asked.filter(({ method }) => method === "GET").map(({ path }) => path);
  return { ...made, paths, stale: (is: boolean) => void (stale = is) };
}

const crd = (name: string, ...versions: string[]) => ({
  metadata: { name: `${name}.${group}` },
  spec: { versions: versions.map((each) => ({ name: each, served: true })) },
});

describe("what is served where is asked once in a run", () => {
  test("by all parts, side by side and one after the other; after a question again", async () => {
    const { connection: given, paths } = server(new Set(["ippools"]));
    const { connection, forget } = keepDiscovery(given);
    const found = await Promise.all([discover(connection, [group]), discover(connection, ["", group])]);
    expect(found[1]?.find("ippools", [group])).toBeDefined();
    expect((await discover(connection, [group])).version).toBe("v1.36.4");
    expect(paths().toSorted()).toEqual(["/api", "/apis", "/version"]);
    forget();
    await discover(connection, [group]);
    expect(paths()).toHaveLength(6);
  });

  test("a CRD that the run has written is seen by the part that comes after, however late discovery has it", async () => {
    const served = new Set(["ippools"]);
    const { connection: given, paths } = server(served);
    const { connection } = keepDiscovery(given);
    const tiers = async () => (await discover(connection, [group])).find("tiers", [group]);
    expect(await tiers()).toBeUndefined();
    await connection.request({ method: "POST", path: crds, body: crd("tiers", "v1") });
    // Not served yet: nobody keeps that.
    expect(await tiers()).toBeUndefined();
    served.add("tiers");
    expect(await tiers()).toBeDefined();
    expect(await tiers()).toBeDefined();
    expect(paths().filter((path) => path === "/apis")).toHaveLength(3);
    expect(paths().filter((path) => path === "/version")).toHaveLength(1);
    // Nor a version that it is to have.
    await connection.request({
      method: "PATCH",
      path: pathTo(`${crds}/tiers.${group}`),
      body: crd("tiers", "v1", "v2"),
    });
    await tiers();
    await tiers();
    expect(paths().filter((path) => path === "/apis")).toHaveLength(5);
  });

  test("a dry run of a CRD changes nothing; a lost answer may have", async () => {
    const { connection: given, paths } = server(new Set());
    const lost = new Error("reset");
    let loses = false;
    const { connection } = keepDiscovery({
      ...given,
      request: async (asked) => {
        if (loses && asked.method === "POST") throw lost;
        return await given.request(asked);
      },
    });
    await discover(connection, [group]);
    await connection.request({
      method: "POST",
      path: crds,
      query: { dryRun: "All" },
      body: crd("tiers", "v1"),
    });
    await discover(connection, [group]);
    expect(paths()).toHaveLength(3);
    loses = true;
    await expect(connection.request({ method: "POST", path: crds, body: crd("tiers", "v1") })).rejects.toBe(
      lost,
    );
    await discover(connection, [group]);
    expect(paths()).toHaveLength(4);
  });

  test("a path that is served no longer is a reason to ask again; an object that is not there is none", async () => {
    const { connection: given, paths } = server(new Set(["ippools"]));
    const details: { name?: string } = {};
    const { connection } = keepDiscovery({
      ...given,
      request: async (asked) => {
        if (!asked.path.includes("ippools")) return await given.request(asked);
        throw apiError({ status: 404, reason: "NotFound", message: "not found", details });
      },
    });
    const pools = { method: "GET", path: pathTo(`/apis/${group}/v1/ippools/a`) } as const;
    await discover(connection, [group]);
    details.name = "a";
    await expect(connection.request(pools)).rejects.toMatchObject({ status: 404 });
    await discover(connection, [group]);
    expect(paths().filter((path) => path === "/apis")).toHaveLength(1);
    delete details.name;
    await expect(connection.request(pools)).rejects.toMatchObject({ status: 404 });
    await discover(connection, [group]);
    expect(paths().filter((path) => path === "/apis")).toHaveLength(2);
  });

  test("what an API that does not answer just now serves is not forgotten for the whole run", async () => {
    const { connection: given, paths, stale } = server(new Set(["ippools"]));
    const { connection } = keepDiscovery(given);
    stale(true);
    await discover(connection, [group]);
    stale(false);
    await discover(connection, [group]);
    await discover(connection, [group]);
    expect(paths().filter((path) => path === "/apis")).toHaveLength(2);
  });

  test("an old answer does not set the server's clock back", async () => {
    const { connection: given } = server(new Set());
    const { connection } = keepDiscovery(given);
    const version = { method: "GET", path: pathTo("/version") } as const;
    expect((await connection.request(version)).date).toBe(1000);
    expect(await connection.request(version)).not.toHaveProperty("date");
  });

  test("a refusal, or no answer, is not kept", async () => {
    let down = true;
    const { connection: given, asked } = counting(() => {
      if (down) throw apiError({ status: 503, reason: "ServiceUnavailable", message: "down" });
      return {};
    });
    const { connection } = keepDiscovery(given);
    const version = { method: "GET", path: pathTo("/version") } as const;
    await expect(connection.request(version)).rejects.toMatchObject({ status: 503 });
    down = false;
    await connection.request(version);
    await connection.request(version);
    expect(asked).toHaveLength(2);
  });
});

describe("who may do what is asked once", () => {
  const pods: Permission = { verb: "delete", group: "", resource: "pods" };

  test("by all parts of a run; after a question, and where nobody answered, again", async () => {
    let down = true;
    const { connection: given, asked } = counting(() => {
      if (down) throw apiError({ status: 401, reason: "Unauthorized", message: "who" });
      return { status: { allowed: true } };
    });
    const { connection, forget } = keepReviews(given);
    await expect(reviewAccess(connection, [pods])).rejects.toMatchObject({ status: 401 });
    down = false;
    expect(await reviewAccess(connection, [pods])).toEqual([true]);
    expect(await reviewAccess(connection, [pods, { ...pods, name: "a" }])).toEqual([true, true]);
    expect(asked).toHaveLength(3);
    forget();
    await reviewAccess(connection, [pods]);
    expect(asked).toHaveLength(4);
  });
});

import { expect, test } from "vitest";
import { hasServerDryRun } from "../../../src/cluster/server-dry-run.ts";
import { apiError, badAnswer, connectionError } from "../../../src/errors.ts";
import { counting } from "./counting.ts";

const ref = { group: "apps", version: "v1", resource: "daemonsets", kind: "DaemonSet", name: "d" };
const write = { verb: "create", ref, body: {}, fieldManager: "x" } as never;

const failing = (error: Error) =>
  counting(() => {
    throw error;
  }).connection;

test("H07: a version that says so is believed, and nothing is asked", async () => {
  const { asked, connection } = counting(() => ({}));
  expect(await hasServerDryRun(connection, "v1.13.0", write)).toBe(true);
  expect(asked).toEqual([]);
});

test.each([
  ["forbidden", apiError({ status: 403, reason: "Forbidden", message: "forbidden" })],
  ["of a kind that nobody can read, as Kubernetes 1.15 sends it", badAnswer("answered with text/plain")],
])("H07: of unknown version, an OpenAPI document that is %s means no, and no error", async (_what, error) => {
  expect(await hasServerDryRun(failing(error), "", write)).toBe(false);
});

test("a server that does not answer is no server without dry run", async () => {
  await expect(hasServerDryRun(failing(connectionError("reset")), "", write)).rejects.toThrow("reset");
});

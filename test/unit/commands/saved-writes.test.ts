import { describe, expect, test } from "vitest";
import type { Connection, KubeRequest } from "../../../src/cluster/port.ts";
import { ignoresPreconditions, sendSaved } from "../../../src/operations/saved-writes.ts";
import { stepWrites } from "../../../src/plan/policy-migration/writes.ts";
import { apiError } from "../../../src/errors.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

const place = {
  group: "extensions",
  version: "v1beta1",
  resource: "networkpolicies",
  kind: "NetworkPolicy",
  namespaced: true,
  verbs: [],
};
const policy: KubeObject = {
  apiVersion: "extensions/v1beta1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "shop", uid: "u-1", resourceVersion: "7" },
};
const deletion = stepWrites(
  [{ kind: "delete", namespace: "shop", name: "web" }],
  place,
  new Map([["shop/web", policy]]),
  undefined,
);

/** Answers in turn; remembers what was asked. */
function server(...answers: readonly unknown[]) {
  const asked: KubeRequest[] = [];
  const connection = {
    async request(request: KubeRequest) {
      const answer = answers[asked.length];
      asked.push(request);
      if (answer instanceof Error) throw answer;
      return await Promise.resolve({ status: 200, body: answer });
    },
  } as unknown as Connection;
  return { asked, connection };
}

async function round(serverVersion: string, connection: Connection) {
  const done: string[] = [];
  const never = new AbortController().signal;
  const result = await sendSaved(deletion, {
    connection,
    serverVersion,
    dryRun: "none",
    interrupt: { first: never, second: never },
    done: ({ step }) => void done.push(step.kind),
  });
  return { ...result, done };
}

describe("H08: a server that ignores preconditions of DELETE", () => {
  test("is one below 1.14, and one that does not say", () => {
    expect(
      ["v1.7.16", "v1.13.12", "", "v1.14.0", "v1.15.12-gke.1", "v1.36.4"].map(ignoresPreconditions),
    ).toEqual([true, true, true, false, false, false]);
  });

  test("has the policy read and compared right before", async () => {
    const { asked, connection } = server(policy, { kind: "Status", status: "Success" });
    expect((await round("v1.7.16", connection)).done).toEqual(["delete"]);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /apis/extensions/v1beta1/namespaces/shop/networkpolicies/web",
      "DELETE /apis/extensions/v1beta1/namespaces/shop/networkpolicies/web",
    ]);
  });

  test.each([
    ["changed", { ...policy, metadata: { ...policy.metadata, resourceVersion: "8" } }],
    ["made anew", { ...policy, metadata: { ...policy.metadata, uid: "u-2" } }],
  ])("does not lose one that was %s in between", async (_what, now) => {
    const { asked, connection } = server(now);
    const { beaten, done } = await round("v1.13.0", connection);
    expect([beaten.length, done]).toEqual([1, []]);
    expect(asked).toHaveLength(1);
  });
});

describe("what an answer means", () => {
  const error = (status: number, reason: string, details?: object) =>
    apiError({
      status,
      reason,
      message: reason,
      ...(details === undefined ? {} : { details: { ...details } }),
    });

  test.each([
    ["somebody was quicker", error(409, "Conflict")],
    ["it is gone", error(404, "NotFound")],
    ["the namespace began to go", error(403, "Forbidden", { causes: [{ reason: "NamespaceTerminating" }] })],
    ["nobody knows what became of it", error(500, "InternalError")],
  ])("%s: the cluster is read again", async (_what, problem) => {
    const { connection } = server(problem);
    const { beaten, failed } = await round("v1.36.0", connection);
    expect([beaten.length, failed]).toEqual([1, undefined]);
  });

  test("the server refuses: nothing more is sent", async () => {
    const { connection } = server(error(403, "Forbidden"));
    const { failed, beaten } = await round("v1.36.0", connection);
    expect([failed?.item.step.kind, beaten]).toEqual(["delete", []]);
  });

  test("UID and resourceVersion go with every delete", async () => {
    const { asked, connection } = server({ kind: "Status" });
    await round("v1.36.0", connection);
    expect(asked[0]?.body).toMatchObject({ preconditions: { uid: "u-1", resourceVersion: "7" } });
  });
});

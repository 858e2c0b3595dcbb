import { describe, expect, test } from "vitest";
import { strategyAfter } from "../../../src/merge/strategy-after.ts";
import { pinnedAnnotation } from "../../../src/model/names.ts";
import { applied, file, fieldsOf, lastAppliedOf, rolling, stored } from "./owned.ts";

const held = { type: "OnDelete" };
const silent = null;

function client(before: unknown, live: unknown, annotations = {}) {
  return stored(file("v1"), {
    strategy: live,
    annotations: { ...lastAppliedOf(file("v1", { strategy: before })), ...annotations },
  });
}

describe("H12: the strategy to return to is what kubectl apply of the file would leave", () => {
  test("the file's, from whatever was there", () => {
    expect(strategyAfter(client(rolling, rolling), file("v2"))).toEqual(rolling);
    expect(strategyAfter(client(silent, held), file("v2"))).toEqual(rolling);
    expect(strategyAfter(client(rolling, rolling), file("v2", { strategy: held }))).toEqual(held);
  });

  test("a file that never said anything leaves it alone", () => {
    expect(strategyAfter(client(silent, held), file("v2", { strategy: silent }))).toBeUndefined();
  });

  test("a file that no longer asks for OnDelete lets the server roll: it must be known before", () => {
    const next = file("v2", { strategy: silent });
    expect(strategyAfter(client(held, held), next)).toEqual({ type: "RollingUpdate" });
    expect(strategyAfter(client(held, held), { ...next, apiVersion: "extensions/v1beta1" })).toEqual(held);
  });

  test("a maxUnavailable that a person set, where the file names none, stays", () => {
    const mine = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 3, maxSurge: 0 } };
    const plain = { type: "RollingUpdate" };
    expect(strategyAfter(client(plain, mine), file("v2", { strategy: plain }))).toEqual({
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: 3 },
    });
    expect(strategyAfter(client(rolling, mine), file("v2"))).toEqual(rolling);
    expect(strategyAfter(client(rolling, mine), file("v2", { strategy: plain }))).toEqual(plain);
  });

  test("the same answer while it is held, before and after the template was written", () => {
    const mine = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 3 } };
    const pin = { [pinnedAnnotation]: JSON.stringify(mine) };
    const plain = { type: "RollingUpdate" };
    expect(strategyAfter(client(plain, held, pin), file("v2", { strategy: plain }))).toEqual(mine);
    expect(strategyAfter(client(rolling, held, pin), file("v2"))).toEqual(rolling);
  });

  test("a server-side owner: what it owns itself counts as asked for before", () => {
    const owned = stored(file("v1"), {
      strategy: held,
      managedFields: [
        applied("kubectl", "2026-01-01T00:00:00Z", {
          ...fieldsOf([], false),
          "f:spec": { ...(fieldsOf([], false)["f:spec"] as object), "f:updateStrategy": { "f:type": {} } },
        }),
      ],
    });
    expect(strategyAfter(owned, file("v2", { strategy: silent }))).toEqual({ type: "RollingUpdate" });
    const theirs = stored(file("v1"), {
      strategy: held,
      managedFields: [applied("kubectl", "2026-01-01T00:00:00Z", fieldsOf([], false))],
    });
    expect(strategyAfter(theirs, file("v2", { strategy: silent }))).toBeUndefined();
  });

  test("a server-side owner that we hold: the OnDelete that we wrote in its name is not its wish", () => {
    const mine = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 3 } };
    const live = stored(file("v1"), {
      strategy: held,
      annotations: { [pinnedAnnotation]: JSON.stringify(mine) },
      managedFields: [applied("kubectl", "2026-01-01T00:00:00Z")],
    });
    expect(strategyAfter(live, file("v2", { strategy: silent }))).toBeUndefined();
    expect(strategyAfter(live, file("v2", { strategy: { type: "RollingUpdate" } }))).toEqual(mine);
  });
});

import { describe, expect, test } from "vitest";
import { bothSides } from "../../../src/preflight/rules/data/h28-both-sides.ts";
import type { OldData } from "../../../src/preflight/node-facts.ts";
import { now, pod } from "../plan/world.ts";
import { facts, known, subject, unread } from "./facts.ts";

const old = "quay.io/calico/node:v2.4.1";
const newer = "quay.io/calico/node:v2.5.1";

function asked(oldData: OldData, running: readonly string[], image?: string) {
  const pods = running.map((each, at) => {
    const made = pod(`node-0${String(at + 1)}`);
    return { ...made, containers: made.containers.map((container) => ({ ...container, image: each })) };
  });
  return bothSides.evaluate(
    facts({ facts: { oldData: known(oldData), pods: known(pods) } }),
    subject(image === undefined ? {} : { image }),
    now,
  );
}

describe("H28: before each node both sides of Calico's data are compared", () => {
  test("a difference stops while an old node is left, and names the object", () => {
    expect(asked(["GlobalConfig a"], [old, newer], newer)).toMatchObject({
      outcome: "fail",
      because: expect.stringContaining("GlobalConfig a") as string,
    });
    expect(asked([], [old], newer).outcome).toBe("pass");
  });

  test("an image that says no release counts as old", () => {
    expect(asked(["GlobalConfig a"], ["example/node@sha256:1"], newer).outcome).toBe("fail");
  });

  test("restarts with the old release, and of clusters without old nodes or old data, are none of its business", () => {
    expect(asked(["GlobalConfig a"], [old], old).outcome).toBe("n/a");
    expect(asked(["GlobalConfig a"], [old]).outcome).toBe("n/a");
    expect(asked(["GlobalConfig a"], [newer], newer).outcome).toBe("n/a");
    expect(asked("none", [old], newer).outcome).toBe("n/a");
  });

  test("what cannot be read is not taken for equal", () => {
    const blind = facts({ facts: { oldData: unread } });
    expect(bothSides.evaluate(blind, subject({ image: newer }), now).outcome).toBe("unknown");
  });
});

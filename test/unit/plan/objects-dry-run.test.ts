import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/model/kube.ts";
import { objectKey } from "../../../src/model/object-name.ts";
import { run } from "../../../src/perform/run.ts";
import type { ObjectGoal } from "../../../src/plan/objects/goal.ts";
import { objectsProcedure, type ObjectsWorld } from "../../../src/plan/objects/procedure.ts";
import { rolledOut } from "../../../src/plan/objects/rollout.ts";
import { commandsFor } from "./commands.ts";

const never = new AbortController().signal;
const ref = {
  group: "apps",
  version: "v1",
  resource: "deployments",
  kind: "Deployment",
  namespace: "kube-system",
  name: "calico-kube-controllers",
};
const deployment: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: ref.name, namespace: ref.namespace },
  spec: { replicas: 1 },
};

/** What a dry run of the client says of one Deployment that is `live` and has to roll out. */
async function tried(live: KubeObject | undefined, intended: ObjectGoal["intended"]) {
  const world: ObjectsWorld = new Map([[objectKey(ref), live]]);
  const stages = [[{ ref, intended, waits: rolledOut(ref) }]];
  const goal = { stages, timeout: 0, commands: commandsFor("undo") };
  return await run(
    objectsProcedure(goal, true),
    {
      snapshot: () => world,
      changed: async () => {},
      absorb: () => {},
      refresh: async () => {},
      fetchEvents: async () => {},
    },
    {
      dryRun: "client",
      now: () => 0,
      send: async () => undefined,
      interrupt: { first: never, second: never },
      emit: () => {},
    },
  );
}

describe("a dry run", () => {
  test("goes on behind what it would create itself, whose rollout it cannot see", async () => {
    const ended = await tried(undefined, (found) =>
      found === undefined ? { verb: "create", ref, body: deployment, fieldManager: "a" } : undefined,
    );
    expect(ended).toMatchObject({ kind: "done", interrupted: false });
  });

  test("says where a real run would wait for what is there already", async () => {
    const ended = await tried(deployment, () => undefined);
    expect(ended).toMatchObject({
      kind: "stopped",
      reason: { message: expect.stringContaining("dry run stops here: it would wait for deployment.apps/") },
    });
  });
});

import { expect, test } from "vitest";
import type { OpenNodes } from "../../../src/operations/node/open.ts";
import { nodesToDo, type RemainingRequest } from "../../../src/operations/node/remaining.ts";
import type { Session } from "../../../src/operations/session.ts";
import { pod, world } from "../plan/world.ts";

const request: RemainingRequest = {
  noCordon: false,
  timeout: 0,
  takeOver: false,
  ignored: new Set(),
  templateOnly: false,
};

test("H09: counting the nodes that are left, as apply --skip-nodes does in the end, asks nobody and no server", async () => {
  // Whatever it would ask (a question, a right, a load balancer) is not there.
  const session = Object.freeze({}) as Session;
  const now = world({
    pods: [pod("node-01"), pod("node-02", { revision: 2 }), pod("node-03", { revision: 2 })],
  });
  const open = {
    live: { snapshot: () => now },
    refresh: () => Promise.resolve(),
  } as unknown as OpenNodes;
  const make = () => Promise.resolve(undefined);
  expect(await nodesToDo(session, { request, make, open })).toMatchObject({
    nodes: ["node-01"],
    silent: [],
    template: false,
  });
});

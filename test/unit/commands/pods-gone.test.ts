import { expect, test } from "vitest";
import type { Connection } from "../../../src/cluster/port.ts";
import { apiError } from "../../../src/errors.ts";
import type { OperationEvent } from "../../../src/operations/events.ts";
import { waitPodsGone } from "../../../src/operations/pods-gone.ts";
import type { Session } from "../../../src/operations/session.ts";
import { aWorkload } from "../build/a-cluster.ts";
import { commandsFor } from "../plan/commands.ts";

const labels = { "k8s-app": "calico-kube-controllers" };
const workload = {
  ...aWorkload(),
  spec: { selector: { matchLabels: labels } },
};
const pod = {
  metadata: {
    name: "calico-kube-controllers-1",
    namespace: "kube-system",
    uid: "p1",
    resourceVersion: "1",
    labels,
    ownerReferences: [
      { kind: "ReplicaSet", name: "calico-kube-controllers-abc", uid: "rs", controller: true },
    ],
  },
  spec: { containers: [{ name: "c", image: "i" }] },
  status: { phase: "Running" },
};

test("H24: who may list pods and not watch them is told so, and does not wait until the time is up", async () => {
  const connection = {
    request: () =>
      Promise.resolve({
        status: 200,
        body: { kind: "PodList", metadata: { resourceVersion: "1" }, items: [pod] },
      }),
    // oxlint-disable-next-line require-yield -- a watch that is refused tells of nothing
    stream: async function* stream() {
      await Promise.resolve();
      throw apiError({ status: 403, reason: "Forbidden", message: "cannot watch pods" });
    },
  } as unknown as Connection;
  const never = new AbortController().signal;
  const events: OperationEvent[] = [];
  const session = {
    connection,
    clock: { now: Date.now },
    dryRun: "none",
    commands: commandsFor("undo RUN"),
    listen: () => ({ first: never, second: never }),
    emit: (event: OperationEvent) => void events.push(event),
  } as unknown as Session;
  const ended = await waitPodsGone(session, workload, 60_000);
  expect(ended).toMatchObject({
    kind: "stopped",
    reason: { message: expect.stringContaining("cannot watch pods") },
  });
});

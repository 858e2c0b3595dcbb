import { expect, test } from "vitest";
import { eventObject } from "../../../src/model/event-object.ts";

const node = { apiVersion: "v1", kind: "Node", name: "node-01", uid: "node-01" } as const;
const now = Date.UTC(2026, 0, 1, 12, 0, 0);

test("an Event has a name of its own and stands where kubectl describe looks for it", () => {
  const text = { type: "Normal", reason: "CalicoNodeRestarted", message: "restarted" };
  const event = eventObject(node, text, now);
  expect(event).toMatchObject({
    metadata: { name: expect.stringMatching(/^node-01\.[0-9a-f]{16}$/), namespace: "default" },
    involvedObject: node,
    source: { component: "calico-upgrade" },
    firstTimestamp: "2026-01-01T12:00:00Z",
    count: 1,
  });
  const about = { ...node, kind: "DaemonSet", namespace: "kube-system" } as const;
  expect(eventObject(about, text, now).metadata.namespace).toBe("kube-system");
  expect(eventObject(node, text, now + 1).metadata.name).not.toBe(event.metadata.name);
});

test("what a pod or a server said commands no terminal, and is no longer than the API server takes", () => {
  const event = eventObject(
    node,
    { type: "Warning", reason: "CalicoNodeFailed", message: `\u001b[2J${"x".repeat(2000)}` },
    now,
  );
  expect(String(event["message"])).toMatch(/^[\x20-\x7E]{1024}$/);
});

import { expect, test } from "vitest";
import { oncePerReason } from "../../../src/operations/node/once-per-reason.ts";

const silent = (node: string, why = "Kubelet stopped posting node status.") => ({
  node,
  stop: { id: "H16", node, message: `the kubelet of node ${node} is silent (${why})`, hint: "repair it" },
});

test("thirty nodes with one trouble are one line, which names the first of them", () => {
  const nodes = Array.from({ length: 30 }, (_, index) => `node-${String(index + 1).padStart(2, "0")}`);
  expect(oncePerReason(nodes.map((node) => silent(node)))).toEqual([
    {
      ...silent("node-01").stop,
      message:
        "the kubelet of node node-01 is silent (Kubelet stopped posting node status.); the same on node-02, node-03, node-04, node-05, node-06 and 24 more",
    },
  ]);
});

test("different troubles stay different lines", () => {
  const stops = oncePerReason([silent("node-01"), silent("node-02", "another reason"), silent("node-03")]);
  expect(stops.map(({ message }) => message)).toEqual([
    "the kubelet of node node-01 is silent (Kubelet stopped posting node status.); the same on node-03",
    "the kubelet of node node-02 is silent (another reason)",
  ]);
});

test("what is said of no node is one line, and names none", () => {
  const stop = { id: "H18", message: "a rollout is under way" };
  expect(
    oncePerReason([
      { node: "node-01", stop },
      { node: "node-02", stop },
    ]),
  ).toEqual([stop]);
});

test("--force on thirty nodes that have just restarted is one warning", () => {
  const started = (node: string, age: number) => ({
    node,
    stop: { id: "H17", message: `calico-node on node ${node} started ${age}s ago` },
  });
  expect(oncePerReason([started("node-01", 5), started("node-02", 17)])).toEqual([
    { id: "H17", message: "calico-node on node node-01 started 5s ago; the same on node-02" },
  ]);
});

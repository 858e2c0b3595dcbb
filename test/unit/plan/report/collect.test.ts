/** What of the nodes' records belongs to the run that ends. */
import { expect, test } from "vitest";
import { nodeFacts } from "../../../../src/model/node.ts";
import { recordAnnotation } from "../../../../src/model/names.ts";
import { formatNodeRecord } from "../../../../src/model/node-record.ts";
import { collectedRecords } from "../../../../src/plan/report/collect.ts";
import { aNode, now } from "../../build/a-cluster.ts";
import { recordAt, run } from "../../build/a-run.ts";

const node = (name: string, text: string | undefined, labels: Readonly<Record<string, string>> = {}) =>
  nodeFacts(aNode(name, { labels, annotations: text === undefined ? {} : { [recordAnnotation]: text } }));
const command = { verb: "node", flags: { all: true } };
const later = recordAt(2, { run: "uid-kube-system-calico-node/3" });

test("all nodes of the run, also those that an earlier process of it restarted; none of another run", () => {
  const nodes = [
    node("node-01", formatNodeRecord(recordAt(0))),
    node("node-02", formatNodeRecord(recordAt(1)), { "topology.kubernetes.io/zone": "a" }),
    node("node-03", formatNodeRecord(later)),
    node("node-04", undefined),
    node("node-05", "{}"),
  ];
  const collected = collectedRecords(nodes, new Set(["node-02"]), now, command);
  expect(collected).toMatchObject({ run, collected: now, command });
  expect(collected?.nodes.map(({ name, zone }) => [name, zone])).toEqual([
    ["node-01", undefined],
    ["node-02", "a"],
  ]);
});

test("a process that restarted no node collects nothing: another run may have left what is there", () => {
  expect(
    collectedRecords([node("node-01", formatNodeRecord(recordAt(0)))], new Set(), now, command),
  ).toBeUndefined();
});

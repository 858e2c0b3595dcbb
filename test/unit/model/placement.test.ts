import { describe, expect, test } from "vitest";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import { podsByNode, shouldRun } from "../../../src/model/placement.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { templateFacts } from "../../../src/model/template.ts";
import { aDaemonSet, ago, aNode, aPod, aTemplate } from "../build/a-cluster.ts";

const raw = aDaemonSet();
const daemonSet = daemonSetFacts(raw);

describe("H10: which pod sits on which node", () => {
  test("a pod that the scheduler has not placed is found by the node its affinity names", () => {
    const pending = podFacts(
      aPod(raw, "node-02", { pending: "0/3 nodes are available: 1 Insufficient cpu." }),
    );
    expect(podsByNode([pending], daemonSet).get("node-02")?.[0]?.name).toBe(pending.name);
  });

  test("the replacement counts, not the pod that is ending or has failed", () => {
    const ending = podFacts(aPod(raw, "node-01", { uid: "old", deletedAt: ago(1), created: ago(5) }));
    const evicted = podFacts(aPod(raw, "node-01", { uid: "evicted", phase: "Failed", created: ago(1) }));
    const fresh = podFacts(aPod(raw, "node-01", { uid: "new", created: ago(10) }));
    const order = podsByNode([ending, evicted, fresh], daemonSet).get("node-01");
    expect(order?.map(({ uid }) => uid)).toEqual(["new", "evicted", "old"]);
  });

  test("the pod of another DaemonSet with the same labels is left out, an orphan is not", () => {
    const foreign = podFacts(aPod(aDaemonSet({ name: "other" }), "node-01"));
    const { owner: _owner, ...orphan } = podFacts(aPod(raw, "node-03"));
    const byNode = podsByNode([foreign, orphan], daemonSet);
    expect([...byNode.keys()]).toEqual(["node-03"]);
  });
});

describe("where a pod is missed", () => {
  const template = templateFacts(aTemplate());

  test("on a node that the DaemonSet selects, cordoned or not Ready as it may be", () => {
    expect(shouldRun(nodeFacts(aNode("a")), template)).toBe(true);
    expect(shouldRun(nodeFacts(aNode("a", { unschedulable: true, cordonedAt: ago(9) })), template)).toBe(
      true,
    );
  });

  test("not on a Windows node", () => {
    const windows = nodeFacts(aNode("w", { labels: { "kubernetes.io/os": "windows" } }));
    expect(shouldRun(windows, template)).toBe(false);
  });

  test("not behind a taint that the template does not tolerate", () => {
    const tainted = nodeFacts(aNode("a", { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] }));
    const strict = templateFacts(aTemplate({ tolerations: [] }));
    const fitting = templateFacts(
      aTemplate({ tolerations: [{ key: "gpu", operator: "Equal", value: "yes", effect: "NoSchedule" }] }),
    );
    const wrongValue = templateFacts(aTemplate({ tolerations: [{ key: "gpu", value: "no" }] }));
    expect(shouldRun(tainted, template)).toBe(true);
    expect(shouldRun(tainted, strict)).toBe(false);
    expect(shouldRun(tainted, fitting)).toBe(true);
    expect(shouldRun(tainted, wrongValue)).toBe(false);
  });

  test.each([
    ["In", ["linux", "bsd"], true],
    ["NotIn", ["linux"], false],
    ["Exists", [], true],
    ["DoesNotExist", [], false],
    ["Gt", ["1"], false],
    ["Near", ["linux"], "unknown"],
  ])(
    "node affinity %s %j is followed, and an operator nobody knows is unknown",
    (operator, values, answer) => {
      const terms = [{ matchExpressions: [{ key: "kubernetes.io/os", operator, values }] }];
      const affinity = {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
      };
      const wanted = templateFacts(aTemplate({ affinity, nodeSelector: {} }));
      expect(shouldRun(nodeFacts(aNode("a")), wanted)).toBe(answer);
    },
  );
});

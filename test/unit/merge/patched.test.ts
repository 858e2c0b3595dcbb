import { describe, expect, test } from "vitest";
import { patched } from "../../../src/merge/patched.ts";
import { threeWayPatch } from "../../../src/merge/three-way.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { serverMerge } from "./server-merge.ts";

const daemonSet = (spec: Readonly<Record<string, unknown>>): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "calico-node" },
  spec: { template: { spec } },
});
const container = (env: Readonly<Record<string, string>>, more: Readonly<Record<string, unknown>> = {}) => ({
  name: "calico-node",
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
  ...more,
});

describe("what a patch makes of an object is known before it is sent", () => {
  test("as the server has it: what goes, what is added, and what only the server has", () => {
    const before = daemonSet({ containers: [container({ A: "1", B: "2" }), { name: "sidecar" }] });
    const file = daemonSet({
      containers: [container({ A: "2", C: "3" })],
      volumes: [{ name: "logs", emptyDir: {} }],
    });
    const live = daemonSet({
      containers: [container({ A: "1", B: "2", HAND: "x" }, { resources: {} }), { name: "sidecar" }],
      volumes: [{ name: "logs", hostPath: { path: "/var/log" } }],
      dnsPolicy: "ClusterFirst",
    });
    const patch = threeWayPatch(before, file, live, "DaemonSet");
    const after = patched(live, patch);
    expect(sorted(after)).toEqual(sorted(serverMerge(live, patch)));
    expect(after).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ name: "calico-node", resources: {} }],
            volumes: [{ name: "logs", emptyDir: {} }],
            dnsPolicy: "ClusterFirst",
          },
        },
      },
    });
  });
});

/** The order of variables is the server's. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, sorted(each)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** What a server answers is no more to be trusted than a file: a proxy, a gateway or a broken aggregated API stands between. */
import { assert, asyncProperty, constantFrom, oneof } from "fast-check";
import { describe, expect, test } from "vitest";
import { discover } from "../../../src/cluster/discovery.ts";
import { list } from "../../../src/cluster/list.ts";
import { follow } from "../../../src/cluster/follow.ts";
import { readObject } from "../../../src/cluster/read-object.ts";
import type { Connection } from "../../../src/cluster/port.ts";
import { daemonSetFacts } from "../../../src/model/daemonset.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { nodeFacts } from "../../../src/model/node.ts";
import type { ApiResource } from "../../../src/model/api-resource.ts";
import { podFacts } from "../../../src/model/pod.ts";
import { connectTo, wireServer } from "../cluster/wire-server.ts";
import { broken, brokenText, expectAnswerOrError, runs } from "./broken.ts";

const pods = { group: "", version: "v1", resource: "pods", kind: "Pod", namespace: "kube-system" };

const aggregated = {
  kind: "APIGroupDiscoveryList",
  apiVersion: "apidiscovery.k8s.io/v2",
  items: [
    {
      metadata: { name: "apps" },
      versions: [
        {
          version: "v1",
          freshness: "Current",
          resources: [
            {
              resource: "daemonsets",
              responseKind: { group: "apps", version: "v1", kind: "DaemonSet" },
              scope: "Namespaced",
              singularResource: "daemonset",
              verbs: ["get", "list", "watch"],
              shortNames: ["ds"],
              subresources: [{ subresource: "status", verbs: ["get"] }],
            },
          ],
        },
      ],
    },
  ],
};

const groups = {
  kind: "APIGroupList",
  groups: [
    {
      name: "apps",
      versions: [{ groupVersion: "apps/v1", version: "v1" }],
      preferredVersion: { version: "v1" },
    },
  ],
};

const resources = {
  kind: "APIResourceList",
  groupVersion: "apps/v1",
  resources: [
    { name: "daemonsets", kind: "DaemonSet", namespaced: true, verbs: ["get", "list"], shortNames: ["ds"] },
  ],
};

const podList = {
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: "7", continue: "" },
  items: [{ metadata: { name: "a", uid: "u", resourceVersion: "5" }, spec: { nodeName: "n" }, status: {} }],
};

const failure = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code: 409,
  reason: "Conflict",
  message: "changed",
  details: { name: "a", kind: "pods", causes: [{ reason: "FieldManagerConflict", field: ".spec" }] },
};

/** One server for all runs: what it answers is set before each. */
async function answering(
  act: (connection: Connection) => Promise<unknown>,
): Promise<(status: number, bodies: readonly string[]) => Promise<void>> {
  let now: { readonly status: number; readonly bodies: readonly string[] } = { status: 200, bodies: [] };
  let at = 0;
  const server = await wireServer((_seen, response) => {
    response.writeHead(now.status, { "Content-Type": "application/json" });
    response.end(now.bodies[at++ % Math.max(1, now.bodies.length)] ?? "{}");
  });
  const { connection } = await connectTo(server.url);
  return async (status, bodies) => {
    now = { status, bodies };
    at = 0;
    await expectAnswerOrError(() => act(connection));
  };
}

const aNode = {
  metadata: { name: "n", resourceVersion: "5", annotations: { a: "b" }, labels: { arch: "amd64" } },
  spec: { unschedulable: true, taints: [{ key: "k", value: "v", effect: "NoSchedule" }] },
  status: {
    conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: "2026-11-30T00:00:00Z" }],
    nodeInfo: { kubeletVersion: "v1.36.0", architecture: "amd64", osImage: "Linux" },
    addresses: [{ type: "InternalIP", address: "10.0.0.1" }],
    images: [{ names: ["calico/node:v3.29.0"], sizeBytes: 1 }],
  },
};

const aDaemonSet = {
  metadata: { name: "calico-node", namespace: "kube-system", resourceVersion: "5", generation: 2 },
  spec: {
    selector: { matchLabels: { "k8s-app": "calico-node" } },
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
    template: {
      metadata: { labels: { "k8s-app": "calico-node" } },
      spec: {
        containers: [{ name: "calico-node", image: "calico/node:v3.29.0", env: [{ name: "A", value: "b" }] }],
        tolerations: [{ operator: "Exists" }],
        volumes: [{ name: "v", hostPath: { path: "/run" } }],
      },
    },
  },
  status: { observedGeneration: 2, desiredNumberScheduled: 1 },
};

/** An event of a watch: it is taken in, or the watch ends or is taken up again with an error. */
async function following(
  served: ApiResource,
  pick: (object: KubeObject) => unknown,
): Promise<(line: string) => Promise<void>> {
  let now = "";
  const server = await wireServer(({ url }, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    if (url.searchParams.get("watch") === null)
      return void response.end(text({ metadata: { resourceVersion: "1" }, items: [] }));
    response.write(`${now}\n`);
    response.write(
      `${text({ type: "ADDED", object: { metadata: { name: "mark", resourceVersion: "9" } } })}\n`,
    );
  });
  const { connection } = await connectTo(server.url);
  return async (line) => {
    now = line;
    await expectAnswerOrError(async () => {
      const stop = new AbortController();
      const over = Promise.withResolvers<undefined>();
      const followed = follow<unknown>(connection, served, {
        signal: stop.signal,
        pick,
        onChange: ({ key }) => (key === "mark" ? over.resolve(undefined) : undefined),
        onTrouble: over.reject,
      });
      try {
        await Promise.race([over.promise, followed.ended]);
      } finally {
        stop.abort();
      }
    });
  };
}

const text = (value: unknown): string => JSON.stringify(value) ?? "";

describe("a server's answer with anything in any place is understood, or an error of one line", () => {
  test("discovery, of new servers and of old ones", async () => {
    const ask = await answering((connection) => discover(connection, "all"));
    await ask(200, [text(aggregated)]);
    const answer = oneof(broken(aggregated), broken(groups), broken(resources)).map(text);
    await assert(
      asyncProperty(answer, answer, constantFrom(200, 404, 500), (one, other, status) =>
        ask(status, [one, other]),
      ),
      { numRuns: runs(100) },
    );
  });

  test("a list, and an object", async () => {
    const ask = await answering(async (connection) => {
      await list(connection, pods, { namespace: "kube-system" });
    });
    await assert(
      asyncProperty(oneof(broken(podList).map(text), brokenText(text(podList))), (body) => ask(200, [body])),
      { numRuns: runs(100) },
    );
    const one = await answering((connection) => readObject(connection, { ...pods, name: "a" }));
    await assert(
      asyncProperty(oneof(broken(podList.items[0]).map(text), brokenText(text(podList))), (body) =>
        one(200, [body]),
      ),
      { numRuns: runs(80) },
    );
  });

  test("an event of a watch", async () => {
    const daemonSets = { ...pods, group: "apps", resource: "daemonsets", kind: "DaemonSet" };
    const event = { type: "MODIFIED", object: podList.items[0] };
    for (const [served, pick, object] of [
      [pods, podFacts, podList.items[0]],
      [{ ...pods, resource: "nodes", kind: "Node" }, nodeFacts, aNode],
      [daemonSets, daemonSetFacts, aDaemonSet],
    ] as const) {
      const ask = await following(served, pick);
      await assert(
        asyncProperty(
          oneof(broken({ ...event, object }).map(text), brokenText(text({ ...event, object }))),
          (line) => ask(line),
        ),
        { numRuns: runs(60) },
      );
    }
  });

  test("an error", async () => {
    const ask = await answering((connection) => readObject(connection, { ...pods, name: "a" }));
    await expect(ask(409, [text(failure)])).resolves.toBe(undefined);
    await assert(
      asyncProperty(
        oneof(broken(failure).map(text), brokenText(text(failure))),
        constantFrom(400, 401, 403, 404, 409, 410, 422, 500, 502),
        (body, status) => ask(status, [body]),
      ),
      { numRuns: runs(100) },
    );
  });
});

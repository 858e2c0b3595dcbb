/**
 * Canned answers that let status and node run to their end where no cluster is needed: one node with Calico on
 * it. For questions that are not about Calico: what is loaded, what a bad environment or an emulator does.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const namespace = "kube-system";
const since = "2026-01-01T00:00:00Z";
const hash = { "controller-revision-hash": "abc", "pod-template-generation": "1" };
const app = { "k8s-app": "calico-node" };
const template = {
  metadata: { labels: app },
  spec: {
    hostNetwork: true,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: "calico-node",
        image: "docker.io/calico/node:v3.29.0",
        env: [
          { name: "DATASTORE_TYPE", value: "kubernetes" },
          {
            name: "CALICO_NETWORKING_BACKEND",
            valueFrom: { configMapKeyRef: { name: "calico-config", key: "calico_backend" } },
          },
        ],
        readinessProbe: {
          exec: { command: ["/bin/calico-node", "-felix-ready", "-bird-ready"] },
          periodSeconds: 10,
        },
      },
    ],
  },
};
const meta = (name: string, more: object = {}): object => ({
  name,
  namespace,
  uid: `uid-${name}`,
  resourceVersion: "1",
  creationTimestamp: since,
  ...more,
});

const node = {
  metadata: { name: "node-01", uid: "n1", resourceVersion: "1", creationTimestamp: since, labels: {} },
  spec: {},
  status: {
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
    nodeInfo: { kubeletVersion: "v1.36.0", architecture: "amd64", osImage: "Linux", kernelVersion: "6" },
  },
};
const daemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: meta("calico-node", { labels: app, generation: 1 }),
  spec: { selector: { matchLabels: app }, template, updateStrategy: { type: "OnDelete" } },
  status: { observedGeneration: 1, desiredNumberScheduled: 1, numberReady: 1 },
};
const owner = { kind: "DaemonSet", name: "calico-node", uid: "uid-calico-node", controller: true };
const revision = {
  metadata: meta("calico-node-abc", { labels: { ...app, ...hash }, ownerReferences: [owner] }),
  revision: 1,
  data: { spec: { template } },
};
const pod = {
  metadata: meta("calico-node-xyz", { labels: { ...app, ...hash }, ownerReferences: [owner] }),
  spec: { ...template.spec, nodeName: "node-01" },
  status: {
    phase: "Running",
    startTime: since,
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
    containerStatuses: [
      {
        name: "calico-node",
        ready: true,
        restartCount: 0,
        containerID: "c://1",
        state: { running: { startedAt: since } },
      },
    ],
  },
};

const group = (name: string): object => ({
  name,
  versions: [{ groupVersion: `${name}/v1`, version: "v1" }],
  preferredVersion: { groupVersion: `${name}/v1`, version: "v1" },
});
const verbs = ["get", "list", "watch", "patch", "update", "delete", "create"];
const resources = (groupVersion: string, kinds: Readonly<Record<string, string>>): object => ({
  kind: "APIResourceList",
  groupVersion,
  resources: Object.entries(kinds).map(([name, kind]) => ({
    name,
    kind,
    verbs,
    namespaced: kind !== "Node",
  })),
});

const answers: Readonly<Record<string, object>> = {
  "/version": { major: "1", minor: "36", gitVersion: "v1.36.0" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", groups: [group("apps"), group("authorization.k8s.io")] },
  "/api/v1": resources("v1", { nodes: "Node", pods: "Pod", configmaps: "ConfigMap", events: "Event" }),
  "/apis/apps/v1": resources("apps/v1", {
    daemonsets: "DaemonSet",
    deployments: "Deployment",
    replicasets: "ReplicaSet",
    controllerrevisions: "ControllerRevision",
  }),
};
const objects: Readonly<Record<string, readonly object[]>> = {
  nodes: [node],
  pods: [pod],
  daemonsets: [daemonSet],
  controllerrevisions: [revision],
  deployments: [],
  replicasets: [],
  events: [],
  configmaps: [{ metadata: meta("calico-config"), data: { calico_backend: "bird" } }],
};

function answer(path: string, all = objects): object | undefined {
  const known = answers[path];
  if (known !== undefined) return known;
  const [last = "", beforeLast = ""] = path.split("/").toReversed();
  if (path.endsWith("selfsubjectaccessreviews")) return { status: { allowed: true } };
  const list = all[last];
  if (list !== undefined) return { kind: "List", metadata: { resourceVersion: "1" }, items: list };
  return all[beforeLast]?.find((object) => (object as { metadata: { name: string } }).metadata.name === last);
}

/** What such a server answers; undefined: 404. `sets`: names of further DaemonSets that run calico-node. */
export function answersWith(sets: readonly string[]): (path: string) => object | undefined {
  const more = sets.map((name) => ({ ...daemonSet, metadata: meta(name, { labels: app, generation: 1 }) }));
  const all = { ...objects, daemonsets: [daemonSet, ...more] };
  return (path) => answer(path, all);
}

/** Answers its address and how to end it. */
export async function startOneNodeServer(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    const body = answer((request.url ?? "").split("?")[0] ?? "");
    response.setHeader("content-type", "application/json").statusCode = body === undefined ? 404 : 200;
    response.end(
      JSON.stringify(body ?? { kind: "Status", status: "Failure", reason: "NotFound", code: 404 }),
    );
  });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A test cluster as large as the aims name: real objects on a real API server, and nobody who works on them. */
import type { Cluster } from "../test/cluster/cluster.ts";
import { readProcesses } from "../test/cluster/state.ts";

/** Stops what would delete or change what is made here: only the API server goes on. */
export function freeze({ name }: Cluster, signal: "SIGSTOP" | "SIGCONT"): void {
  const others = ["kube-controller-manager", "kube-scheduler", "kwok"];
  for (const { component, pid } of readProcesses(name))
    if (others.includes(component)) process.kill(pid, signal);
}

export interface Size {
  readonly nodes: number;
  /** A calico-node on each node, the others beside. */
  readonly pods: number;
  readonly policies: number;
}

/** Nodes as kubelets register them, with 50 images each; a calico-node on each, and pods and policies beside. */
export async function fill({ api }: Cluster, { nodes, pods, policies }: Size): Promise<void> {
  const began = performance.now();
  const template = (await api.ask("GET", "/api/v1/nodes/node-01")) as Record<string, unknown>;
  const daemonSet = (await api.ask("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node")) as {
    metadata: { uid: string };
    spec: { template: { metadata: { labels: object }; spec: object } };
  };
  const status = template["status"] as object;
  const images = Array.from({ length: 50 }, (_, index) => ({
    names: [
      `registry.example/team/app-${String(index)}@sha256:${"0".repeat(64)}`,
      `registry.example/team/app-${String(index)}:v1`,
    ],
    sizeBytes: 1e8,
  }));
  await many(nodes, async (index) => {
    const name = `bench-${String(index)}`;
    await api.ask("POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "kubernetes.io/os": "linux", "kubernetes.io/hostname": name } },
      spec: { podCIDR: `10.${String(64 + (index >> 8))}.${String(index & 255)}.0/24` },
      status: { ...status, images },
    });
  });
  const { metadata, spec } = daemonSet.spec.template;
  await many(Math.min(nodes, pods), (index) =>
    create(
      api,
      "kube-system",
      {
        name: `calico-node-b${String(index)}`,
        labels: metadata.labels,
        ownerReferences: [
          {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            name: "calico-node",
            uid: daemonSet.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      { ...spec, nodeName: `bench-${String(index)}` },
    ),
  );
  await many(Math.max(0, pods - nodes), (index) =>
    create(
      api,
      "default",
      { name: `app-${String(index)}`, labels: { app: `app-${String(index % 500)}`, tier: "web" } },
      {
        nodeName: `bench-${String(index % nodes)}`,
        containers: [
          {
            name: "main",
            image: "registry.example/team/app:v1",
            resources: { requests: { cpu: "100m", memory: "64Mi" } },
          },
        ],
      },
    ),
  );
  await many(policies, async (index) => {
    await api.ask("POST", "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `policy-${String(index)}` },
      spec: {
        podSelector: { matchLabels: { app: `app-${String(index % 500)}` } },
        ingress: [{ from: [{ podSelector: { matchLabels: { tier: "web" } } }], ports: [{ port: 80 }] }],
      },
    });
  });
  console.error(`filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function create(api: Cluster["api"], namespace: string, metadata: object, spec: object): Promise<void> {
  await api.ask("POST", `/api/v1/namespaces/${namespace}/pods`, {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec,
  });
}

/** Some at a time: as quick as the server is. */
async function many(count: number, make: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      // Each worker makes one after the other.
      await make(index);
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
}

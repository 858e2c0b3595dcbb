/** Namespaces, pods and policies of the time before v1 semantics, and the Calico that reads them so. */
import { hostedCalico } from "../../calico/hosted-calico.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { passUnderAnnotation, passUnderV1, type World } from "../../unit/policy/brute-force.ts";
import type { RawCluster, RawPolicySpec } from "../../unit/policy/raw-cluster.ts";

export type Driver = "etcd" | "kubernetes";

export const annotationKey = "net.beta.kubernetes.io/network-policy";
export const defaultDeny = '{"ingress":{"isolation":"DefaultDeny"}}';
export const policiesPath = "/apis/networking.k8s.io/v1/networkpolicies";

interface Tags {
  readonly node: string;
  readonly cni: string;
  readonly controller: string;
}

/** The last Calico before the boundary; from here on only its images and its environment matter. */
export async function installOldCalico(cluster: Cluster, driver: Driver): Promise<void> {
  await install(cluster, calicoOf(driver, { node: "v1.2.1", cni: "v1.8.3", controller: "v0.6.0" }));
}

/** The first one past it. */
export async function installNewCalico(cluster: Cluster, driver: Driver): Promise<void> {
  await install(cluster, newCalico(driver));
}

export function newCalico(driver: Driver): readonly KubeObject[] {
  return calicoOf(driver, { node: "v2.4.1", cni: "v1.10.0", controller: "v0.7.0" });
}

async function install(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  await cluster.resetCalico();
  await cluster.apply(objects);
  await cluster.waitFor(
    "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dcalico-node",
    (pods) => pods.length > 0 && pods.every(({ status }) => JSON.stringify(status).includes('"running"')),
    { timeoutMs: 120_000, what: "calico-node runs" },
  );
}

function calicoOf(driver: Driver, tags: Tags): readonly KubeObject[] {
  const datastore = driver === "etcd" ? "etcd" : "kdd";
  const objects = hostedCalico({ version: "v3.29.7", datastore }, ["rbac", "config", "workloads"]);
  // Kubernetes 1.15 has another version of it.
  const text = JSON.stringify(objects.filter(({ kind }) => kind !== "PodDisruptionBudget"))
    .replaceAll("calico/node:v3.29.7", `calico/node:${tags.node}`)
    .replaceAll("calico/cni:v3.29.7", `calico/cni:${tags.cni}`)
    .replaceAll("calico/kube-controllers:v3.29.7", `calico/kube-policy-controller:${tags.controller}`);
  return JSON.parse(text) as KubeObject[];
}

export async function createNamespace(
  cluster: Cluster,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  await cluster.api.ask("POST", "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, annotations, labels },
  });
}

/**
 * A namespace with these annotations and no policy, as if it were new: one that is there is emptied, because
 * a deletion takes seconds. Its pods stay.
 */
export async function emptyNamespace(
  cluster: Cluster,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const path = `/api/v1/namespaces/${name}`;
  const { status, body } = await cluster.api.request("GET", path);
  if (status === 404) {
    await createNamespace(cluster, name, annotations);
    return;
  }
  const policies = `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`;
  for (const { metadata } of listAt(await cluster.api.ask("GET", policies), "items") as KubeObject[]) {
    if (metadata["finalizers"] !== undefined)
      await cluster.api.ask("PATCH", `${policies}/${metadata.name}`, { metadata: { finalizers: null } });
  }
  await cluster.api.ask("DELETE", policies);
  const there = Object.keys((body as KubeObject).metadata.annotations ?? {});
  const none = Object.fromEntries(there.map((key) => [key, null]));
  await cluster.api.ask("PATCH", path, { metadata: { annotations: { ...none, ...annotations } } });
}

export async function createPolicy(
  cluster: Cluster,
  namespace: string,
  name: string,
  spec: RawPolicySpec,
  metadata: object = {},
): Promise<void> {
  await cluster.api.ask("POST", `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`, {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, ...metadata },
    spec,
  });
}

/** Nobody schedules it: policy looks at pods that wait, too. One of that name that is there stays. */
export async function createPod(
  cluster: Cluster,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: {
      schedulerName: "nobody",
      automountServiceAccountToken: false,
      containers: [{ name: "main", image: "example/main", ports: [{ name: "web", containerPort: 80 }] }],
    },
  };
  const make = () => cluster.api.request("POST", `/api/v1/namespaces/${namespace}/pods`, pod);
  let { status, body } = await make();
  if (status === 403) {
    // On a busy machine the controller that makes each namespace's account comes later than this.
    await cluster.api.request("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default" },
    });
    ({ status, body } = await make());
  }
  if (status !== 201 && status !== 409) throw new Error(JSON.stringify(body));
}

const apps = ["web", "db", "cache"] as const;
const specs: readonly RawPolicySpec[] = [
  { podSelector: { matchLabels: { app: "web" } }, ingress: [{ ports: [{ port: 80 }] }] },
  {
    podSelector: { matchLabels: { app: "db" } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }],
  },
  { podSelector: {}, ingress: [] },
  { podSelector: {}, ingress: [{}] },
  { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: "a" } } }] }] },
  {
    podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["db", "cache"] }] },
    ingress: [{ from: [{ podSelector: {} }], ports: [{ port: "web" }, { port: 5432 }] }],
  },
  { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }] },
];
const annotations: readonly (string | undefined)[] = [
  undefined,
  undefined,
  defaultDeny,
  defaultDeny,
  '{"ingress":{"isolation":"DefaultDeny","more":1}}',
  "{}",
  '{"ingress":{"isolation":"Other"}}',
];

export interface Generated {
  readonly name: string;
  readonly annotation: string | undefined;
  readonly team: string;
  readonly policies: readonly { readonly name: string; readonly spec: RawPolicySpec }[];
  readonly pods: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** As many namespaces as asked for, each time the same ones, with everything that the plan tells apart. */
export function generated(count: number): readonly Generated[] {
  let state = 20_170_606;
  const draw = <T>(from: readonly T[]): T => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return from[(state >>> 16) % from.length] as T;
  };
  return Array.from({ length: count }, (_none, at) => ({
    name: `gen-${String(at).padStart(3, "0")}`,
    annotation: draw(annotations),
    team: draw(["a", "b"]),
    policies: Array.from({ length: draw([0, 1, 1, 2, 3]) }, (_policy, number) => ({
      // Some have the name that the plan would like to take.
      name: number === 0 ? draw(["default-deny", "first", "first"]) : `policy-${String(number)}`,
      spec: draw(specs),
    })),
    pods: Array.from({ length: draw([0, 1, 1, 2]) }, (_pod, number) => ({
      name: `pod-${String(number)}`,
      labels: { app: draw(apps) },
    })),
  }));
}

export async function createNamespaces(cluster: Cluster, all: readonly Generated[]): Promise<void> {
  await sideBySide(all, async ({ name, annotation, team, pods }) => {
    const noted = annotation === undefined ? {} : { [annotationKey]: annotation };
    await createNamespace(cluster, name, noted, { team });
    for (const pod of pods) await createPod(cluster, name, pod.name, pod.labels);
  });
}

/** The policies as they were generated, and no other ones. */
export async function resetPolicies(cluster: Cluster, all: readonly Generated[]): Promise<void> {
  await sideBySide(all, async ({ name, policies }) => {
    await cluster.api.ask("DELETE", `/apis/networking.k8s.io/v1/namespaces/${name}/networkpolicies`);
    for (const policy of policies) await createPolicy(cluster, name, policy.name, policy.spec);
  });
}

export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** What of the cluster decides who may talk to whom, as the server has it now. */
export async function rawCluster(cluster: Cluster): Promise<RawCluster> {
  const list = async (path: string): Promise<readonly KubeObject[]> =>
    listAt(await cluster.api.ask("GET", path), "items") as KubeObject[];
  const [namespaces, pods, policies] = await Promise.all([
    list("/api/v1/namespaces"),
    list("/api/v1/pods"),
    list(policiesPath),
  ]);
  return {
    namespaces: namespaces.map(({ metadata }) => {
      const annotation = metadata.annotations?.[annotationKey];
      const base = { name: metadata.name, labels: metadata.labels ?? {} };
      return annotation === undefined ? base : { ...base, annotation };
    }),
    pods: pods
      .filter(({ spec }) => (spec as { hostNetwork?: boolean }).hostNetwork !== true)
      .map(({ metadata, spec }) => ({
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        labels: metadata.labels ?? {},
        ports: (
          spec as { containers: { ports?: { name: string; protocol: string; containerPort: number }[] }[] }
        ).containers.flatMap(({ ports = [] }) => ports),
      })),
    policies: policies.map(({ metadata, spec }) => ({
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      spec: spec as RawPolicySpec,
    })),
  };
}

/** Every connection that passes, by the tests' own reading of the old or the new semantics. */
export function passing(raw: RawCluster, driver: Driver, semantics: "old" | "new"): ReadonlySet<string> {
  const world: World = {
    raw,
    addresses: ["10.0.0.1", "10.1.2.3", "8.8.8.8"],
    ports: [
      { protocol: "TCP", port: 80 },
      { protocol: "TCP", port: 5432 },
    ],
  };
  const times = { blocks: driver === "etcd" ? "nobody" : "everybody", egress: false } as const;
  return semantics === "old" ? passUnderAnnotation(world, times) : passUnderV1(world, times);
}

/** The policies with nothing of what the server adds, in order. */
export function policiesOf({ policies }: RawCluster): readonly object[] {
  return policies.toSorted((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

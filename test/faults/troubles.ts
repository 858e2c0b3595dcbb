/** What may go wrong while a run works on many nodes, each with what the run has to make of it. */
import { cordonAnnotation, runAnnotation } from "../../src/model/names.ts";
import type { Running } from "../e2e/support/plugin.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import type { Liberties } from "./actors.ts";
import { isCordoned, servedNodes } from "./invariants.ts";
import type { FaultProxy } from "./proxy.ts";
import { nextLine } from "./said.ts";
import type { Draw } from "./sample.ts";

/** The run, and the cluster on which it works. */
export interface Fleet {
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly running: Running;
  readonly draw: Draw;
  readonly liberties: FleetLiberties;
  /** Who runs it, by a ClusterRoleBinding of that name. */
  readonly user: string;
  /** Part of the name of the image that the nodes get. */
  readonly image: string;
  /** Nodes that may be unavailable at once. */
  readonly limit: number;
  /** The same command once more. */
  readonly another: (...flags: readonly string[]) => Running;
}

export interface FleetLiberties extends Liberties {
  readonly cordonedByUser: Set<string>;
  readonly hurt: Set<string>;
}

export interface Trouble {
  /** What the run says when it ends by it; undefined: it goes on. */
  readonly halts?: RegExp;
  /** It ends at once, and says nothing. */
  readonly kills?: boolean;
  /** How long by its flags the run gives it, before it is trouble. */
  readonly patience?: number;
  /** The run could not give its lease back. */
  readonly keepsLease?: boolean;
  /** Another works now: it is no matter of the same command. */
  readonly taken?: boolean;
  /** Resolves when it is in the cluster; answers what takes it away. */
  readonly begin: (fleet: Fleet) => Promise<() => Promise<void>>;
}

/** Of the run that meets them. */
export const paceOfTroubles = {
  timeout: 20_000,
  maxGap: 10_000,
  apiOutage: 4_000,
} as const;

const apps = "/apis/apps/v1/namespaces/kube-system";
const daemonSet = `${apps}/daemonsets/calico-node`;
const podsPath = "/api/v1/namespaces/kube-system/pods";
const bindings = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const nothing = async (): Promise<void> => undefined;

/** By what happens, for the report. */
export const troubles: Readonly<Record<string, Trouble>> = {
  "an image cannot be pulled": {
    halts: /(did not become Ready|no calico-node pod came back on node \S+) within 20s/,
    patience: paceOfTroubles.timeout,
    begin: ({ cluster, image }) => cluster.faults.imagePullBackOff({ image }),
  },
  "calico-node is slow to start": {
    halts: /was down for \S+, longer than --max-gap/,
    patience: paceOfTroubles.maxGap + 2_000,
    // An init container has the same image.
    begin: ({ cluster, image }) =>
      cluster.faults.slowPull({ image, container: "calico-node" }, paceOfTroubles.maxGap + 2_000),
  },
  "calico-node crashes on another node": {
    halts: /calico-node on node \S+ (restarted|is in CrashLoopBackOff).* while no run works there/,
    begin: async (fleet) => {
      const [node = ""] = await elsewhere(fleet, 1);
      fleet.liberties.hurt.add(node);
      return await fleet.cluster.faults.crashLoopBackOff({ node, running: true, container: "calico-node" });
    },
  },
  "somebody deletes calico-node on another node": {
    halts: /the calico-node pod of node \S+ was replaced by pod \S+, not by this run/,
    begin: async (fleet) => {
      const { cluster, liberties } = fleet;
      const [node = ""] = await elsewhere(fleet, 1);
      liberties.hurt.add(node);
      for (const { metadata } of await calicoNodesOn(cluster, node))
        await cluster.api.ask("DELETE", `${podsPath}/${metadata.name}`);
      return nothing;
    },
  },
  "kubelets report that they are not ready": {
    halts: /nodes became NotReady during the run/,
    begin: async (fleet) => {
      const { cluster, liberties, limit } = fleet;
      const names = await elsewhere(fleet, limit + 1);
      for (const name of names) liberties.hurt.add(name);
      const mended = await Promise.all(names.map((name) => cluster.faults.silentNode(name, { wait: false })));
      await Promise.all(names.map((name) => reportNotReady(cluster, name)));
      return async () => void (await Promise.all(mended.map((mend) => mend())));
    },
  },
  "a component goes away": {
    halts: /no pod of calico-(kube-controllers|typha) is Ready any more/,
    begin: async ({ cluster, draw }) => {
      const name = draw() < 0.5 ? "calico-kube-controllers" : "calico-typha";
      const path = `${apps}/deployments/${name}`;
      const { spec } = await objectAt(cluster, path);
      await cluster.api.ask("PATCH", path, { spec: { replicas: 0 } });
      return async () => {
        const isOf = ({ metadata }: KubeObject): boolean => metadata.labels?.["k8s-app"] === name;
        await cluster.waitFor(podsPath, (pods) => !pods.some(isOf), { what: `no pod of ${name}` });
        await cluster.api.ask("PATCH", path, { spec: { replicas: at(spec, "replicas") } });
      };
    },
  },
  "somebody edits the template": {
    halts: /somebody changed the pod template/,
    begin: async ({ cluster }) => {
      const mark = (value: string | null) => ({
        spec: { template: { metadata: { annotations: { mark: value } } } },
      });
      await cluster.api.ask("PATCH", daemonSet, mark("ops"));
      return async () => void (await cluster.api.ask("PATCH", daemonSet, mark(null)));
    },
  },
  "somebody puts RollingUpdate back": {
    halts: /somebody put updateStrategy RollingUpdate back/,
    begin: async ({ cluster, liberties }) => {
      const strategy = (type: string, rollingUpdate: object | null) => ({
        spec: { updateStrategy: { type, rollingUpdate } },
      });
      // The controller restarts nodes by itself until it is held again.
      liberties.nodesDown += 1;
      await cluster.api.ask("PATCH", daemonSet, strategy("RollingUpdate", { maxUnavailable: 1 }));
      return async () => void (await cluster.api.ask("PATCH", daemonSet, strategy("OnDelete", null)));
    },
  },
  "somebody uncordons a node of the run": {
    halts: /somebody uncordoned node \S+ while/,
    begin: async ({ cluster, running, liberties }) => {
      for (;;) {
        const name = await nextLine(running, /^node\/(\S+) cordoned$/gm);
        if (liberties.cordonedByUser.has(name)) continue;
        const path = `/api/v1/nodes/${name}`;
        const { metadata } = await objectAt(cluster, path);
        if (metadata.annotations?.[cordonAnnotation] === undefined) continue;
        const { resourceVersion } = metadata;
        const change = { metadata: { resourceVersion }, spec: { unschedulable: null } };
        if ((await cluster.request("PATCH", path, change)).status < 300) return nothing;
      }
    },
  },
  "calico-node comes and goes on the node at work": {
    halts: /calico-node pods came and went on node/,
    begin: async ({ cluster, running, image }) => {
      const remove = await cluster.faults.runningNeverReady({ image });
      let over = false;
      void running.ended.finally(() => {
        over = true;
      });
      const deleted = new Set<string>();
      await poll(
        async () => {
          for (const name of await nodesAtWork(cluster))
            for (const { metadata } of await calicoNodesOn(cluster, name)) {
              await cluster.request("DELETE", `${podsPath}/${metadata.name}`);
              deleted.add(metadata.uid ?? "");
            }
          return over || deleted.size >= 24;
        },
        { what: "a run that sees them come and go" },
      );
      return remove;
    },
  },
  "another run takes over": {
    halts: /has taken this run over/,
    taken: true,
    begin: async ({ cluster, another }) => {
      const before = await holderOf(cluster);
      let second = another("--take-over");
      // A node that the first run has just restarted is not Ready, and refuses it (H18): asked again, as a user would.
      const again = async (): Promise<void> => {
        const { code, stderr } = await second.ended;
        if (code !== 1 || !stderr.includes("error: H18: ")) return;
        second = another("--take-over");
        await again();
      };
      again().catch(() => undefined);
      await poll(async () => (await holderOf(cluster)) !== before, { what: "another holder" });
      return async () => {
        second.signal("SIGINT");
        await second.ended;
      };
    },
  },
  "a permission is taken away": {
    halts: /forbidden/i,
    keepsLease: true,
    begin: async ({ cluster, user }) => {
      const { metadata: _metadata, ...binding } = await objectAt(cluster, `${bindings}/${user}`);
      await cluster.api.ask("DELETE", `${bindings}/${user}`);
      return async () =>
        void (await cluster.api.ask("POST", bindings, { ...binding, metadata: { name: user } }));
    },
  },
  "the API server does not answer": {
    halts: /the API server has not answered for \d+s/,
    patience: paceOfTroubles.apiOutage,
    keepsLease: true,
    begin: async ({ proxy }) => {
      proxy.cut();
      return async () => proxy.begin();
    },
  },
  "the process is killed": {
    kills: true,
    keepsLease: true,
    begin: async ({ running }) => {
      running.signal("SIGKILL");
      return nothing;
    },
  },
  "a second run begins": {
    begin: async ({ cluster, another }) => {
      const holder = await holderOf(cluster);
      const { code, stderr } = await another().ended;
      if (code !== 1 || !stderr.includes(`H13: ${holder} is working on daemonset`))
        throw new Error(`a second run does not say who works: exit code ${String(code)}: ${stderr}`);
      return nothing;
    },
  },
  "somebody cordons a node": {
    begin: async (fleet) => {
      const { cluster, liberties } = fleet;
      const [name = ""] = await elsewhere(fleet, 1);
      liberties.inHands.add(name);
      await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, { spec: { unschedulable: true } });
      liberties.cordonedByUser.add(name);
      liberties.inHands.delete(name);
      return nothing;
    },
  },
  "a node goes away": {
    begin: async (fleet) => {
      const { cluster, liberties } = fleet;
      const [name = ""] = await elsewhere(fleet, 1);
      liberties.inHands.add(name);
      liberties.cordonedByUser.delete(name);
      await cluster.removeNode(name);
      return nothing;
    },
  },
  "a node joins": {
    begin: async ({ cluster }) => {
      await cluster.addNode();
      return nothing;
    },
  },
};

/**
 * Nodes that the run does not work on and does not come to soon (done, or of the control plane, which is last), that
 * nothing has happened to, and without anything that it waits for.
 */
async function elsewhere(fleet: Fleet, count: number): Promise<readonly string[]> {
  const { cluster, image, draw, liberties } = fleet;
  const free = async (): Promise<readonly string[] | undefined> => {
    const [nodes, pods] = await Promise.all([listOf(cluster, "/api/v1/nodes"), listOf(cluster, podsPath)]);
    const serving = new Set(servedNodes(new Map(pods.map((pod) => [pod.metadata.name, pod]))));
    const used = pods.filter((pod) => !isCalicoNode(pod)).map(nodeOf);
    const done = pods.filter((pod) => isCalicoNode(pod) && hasImage(pod, image)).map(nodeOf);
    const fit = nodes.flatMap(({ metadata: { name, annotations = {}, labels = {} } }) => {
      const late = "node-role.kubernetes.io/control-plane" in labels || done.includes(name);
      const quiet = annotations[cordonAnnotation] === undefined && serving.has(name);
      const own = liberties.hurt.has(name) || liberties.inHands.has(name) || used.includes(name);
      return late && quiet && !own ? [name] : [];
    });
    return fit.length >= count ? fit : undefined;
  };
  const left = [...(await poll(free, { what: `${String(count)} nodes that no run works on` }))];
  return Array.from({ length: count }, () => left.splice(Math.floor(draw() * left.length), 1)[0] ?? "");
}

/** As a kubelet does whose network is broken; kwok has let go of it. */
async function reportNotReady(cluster: Cluster, name: string): Promise<void> {
  const now = new Date().toISOString().replace(/\.\d+/, "");
  const ready = {
    type: "Ready",
    status: "False",
    reason: "KubeletNotReady",
    message: "container runtime network not ready",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  await cluster.api.ask(
    "PATCH",
    `/api/v1/nodes/${name}/status`,
    { status: { conditions: [ready] } },
    { "content-type": "application/strategic-merge-patch+json" },
  );
}

async function nodesAtWork(cluster: Cluster): Promise<readonly string[]> {
  return (await listOf(cluster, "/api/v1/nodes"))
    .filter((node) => isCordoned(node) && node.metadata.annotations?.[cordonAnnotation] !== undefined)
    .map(({ metadata }) => metadata.name);
}

/** Those that are not on their way out. */
async function calicoNodesOn(cluster: Cluster, node: string): Promise<readonly KubeObject[]> {
  const pods = await listOf(cluster, `${podsPath}?fieldSelector=spec.nodeName%3D${node}`);
  return pods.filter((pod) => isCalicoNode(pod) && pod.metadata.deletionTimestamp === undefined);
}

async function holderOf(cluster: Cluster): Promise<string> {
  const { metadata } = await objectAt(cluster, daemonSet);
  return String(at(JSON.parse(metadata.annotations?.[runAnnotation] ?? "{}"), "holder"));
}

function isCalicoNode({ metadata }: KubeObject): boolean {
  return metadata.labels?.["k8s-app"] === "calico-node";
}

export function hasImage(pod: KubeObject, image: string): boolean {
  return listAt(pod, "spec", "containers").some((container) =>
    String(at(container, "image")).includes(image),
  );
}

function nodeOf(pod: KubeObject): string {
  return String(at(pod, "spec", "nodeName"));
}

async function objectAt(cluster: Cluster, path: string): Promise<KubeObject> {
  return (await cluster.api.ask("GET", path)) as KubeObject;
}

async function listOf(cluster: Cluster, path: string): Promise<readonly KubeObject[]> {
  return listAt(await cluster.api.ask("GET", path), "items") as KubeObject[];
}

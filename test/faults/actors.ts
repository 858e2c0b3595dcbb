/** What else happens to a cluster while a command works on it, each once, and what has to be left of it. */
import type { Cluster } from "../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../cluster/kube-object.ts";
import { poll } from "../cluster/wait.ts";
import { type Allowed, isCordoned, servedNodes } from "./invariants.ts";
import type { SeenRequest } from "./proxy.ts";

/** What may be so from now on. */
export interface Liberties extends Allowed {
  nodesDown: number;
  readonly inHands: Set<string>;
}

export interface FaultContext {
  readonly cluster: Cluster;
  readonly cordonedByUser: ReadonlySet<string>;
  /** The request of the command that waits meanwhile. */
  readonly request: SeenRequest;
  readonly liberties: Liberties;
}

/** What an actor has done. */
export interface Deed {
  /** False when its change is lost; absent: it is one that is mended. */
  readonly survives?: () => Promise<boolean>;
  /** What says so, where it may be lost. */
  readonly told?: RegExp;
  /** Takes the change back, so that the end may be held against that of a run without it. */
  readonly takeBack: () => Promise<void>;
  /** Without this no run comes to its end. */
  readonly mend?: () => Promise<void>;
  /** What a command may refuse to go on with, as nothing of what it would write is as it was any more. */
  readonly mayRefuse?: RegExp;
  /** What the last command has to have said of a pin that it leaves. */
  readonly mayHold?: RegExp;
  /** Of the end (`EndState`). */
  readonly mayDiffer?: (name: string) => boolean;
}

export type Act = (scene: FaultContext) => Promise<Deed>;

const mark = "example.com/owner";
const strategic = { "content-type": "application/strategic-merge-patch+json" };
const marked = { metadata: { annotations: { [mark]: "ops" } } };
const unmarked = { metadata: { annotations: { [mark]: null } } };
const nothing = async (): Promise<void> => undefined;

const daemonSet = "/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node";
const configMap = "/api/v1/namespaces/kube-system/configmaps/calico-config";
const podsPath = "/api/v1/namespaces/kube-system/pods";
const policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

/** By what they do, for names of tests. */
export const actors: Readonly<Record<string, Act>> = {
  "cordons a node": async ({ cluster, request, liberties }) => {
    const node = (await nodesOf(cluster)).findLast(
      (each) => !isCordoned(each) && each.metadata.name !== request.name,
    );
    const name = node?.metadata.name ?? "";
    liberties.inHands.add(name);
    await cordon(cluster, name, true);
    return {
      survives: async () => isCordoned(await objectAt(cluster, `/api/v1/nodes/${name}`)),
      takeBack: () => cordon(cluster, name, false),
    };
  },
  "uncordons a node": async ({ cluster, cordonedByUser, request, liberties }) => {
    const name = [...cordonedByUser].find((each) => each !== request.name) ?? "node-01";
    liberties.inHands.add(name);
    await cordon(cluster, name, false);
    return {
      survives: async () => !isCordoned(await objectAt(cluster, `/api/v1/nodes/${name}`)),
      takeBack: () => cordon(cluster, name, cordonedByUser.has(name)),
    };
  },
  "deletes a pod": async ({ cluster, liberties }) => {
    const pods = await listOf(cluster, podsPath);
    const [node] = servedNodes(new Map(pods.map((each) => [each.metadata.name, each])));
    const pod = pods.find((each) => isCalicoNode(each) && at(each, "spec", "nodeName") === node);
    liberties.nodesDown += 1;
    await cluster.api.ask("DELETE", `${podsPath}/${pod?.metadata.name ?? ""}`);
    return {
      survives: async () =>
        (await cluster.request("GET", `${podsPath}/${pod?.metadata.name ?? ""}`)).status === 404,
      takeBack: nothing,
      mayDiffer: (name) => name === `pod calico-node on ${node ?? ""}`,
    };
  },
  "annotates the DaemonSet": ({ cluster }) => annotate(cluster, daemonSet),
  "edits the DaemonSet's template": async ({ cluster, liberties }) => {
    // Nothing holds its controller where a run does not change the template.
    liberties.nodesDown += 1;
    const { spec } = await objectAt(cluster, daemonSet);
    const [container] = listAt(spec, "template", "spec", "containers");
    const env = [{ name: "FELIX_LOGSEVERITYSCREEN", value: "debug" }];
    await cluster.api.ask(
      "PATCH",
      daemonSet,
      { spec: { template: { spec: { containers: [{ name: at(container, "name"), env }] } } } },
      strategic,
    );
    return {
      survives: async () => JSON.stringify(await objectAt(cluster, daemonSet)).includes('"value":"debug"'),
      told: /FELIX_LOGSEVERITYSCREEN|changed/i,
      // What undo would take away is somebody else's now, and which of two values is to be is for a person to say.
      mayRefuse:
        /DaemonSet\/kube-system\/calico-node: somebody has changed it since|H14: the file would change/,
      takeBack: nothing,
      // Its controller rolls that out by itself where nothing holds it (H18).
      mend: () => rolledOut(cluster),
      // A command that restarts for values leaves nodes with the older template, and the pin until they are done (H12).
      mayHold: /is held at updateStrategy OnDelete; .*node --unpin/,
      mayDiffer: (name) => name === "DaemonSet calico-node" || name.startsWith("pod calico-node on "),
    };
  },
  "adds to the ConfigMap": async ({ cluster }) => {
    const data = (value: string | null) => ({ data: { "ops-note": value } });
    await cluster.api.ask("PATCH", configMap, data("1"));
    return {
      survives: async () => at(await objectAt(cluster, configMap), "data", "ops-note") === "1",
      takeBack: async () => void (await cluster.api.ask("PATCH", configMap, data(null))),
    };
  },
  "annotates a namespace": ({ cluster }) => annotate(cluster, "/api/v1/namespaces/default"),
  "creates a policy": async ({ cluster }) => {
    const path = `${policies}/ops`;
    await cluster.api.ask("POST", policies, {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "ops", namespace: "default" },
      spec: { podSelector: { matchLabels: { app: "ops" } }, ingress: [{}] },
    });
    return {
      survives: async () => (await cluster.request("GET", path)).status === 200,
      // A migration that takes it along says so.
      told: /\bops\b/,
      takeBack: async () => void (await cluster.request("DELETE", path)),
    };
  },
  "deletes a node": async ({ cluster, request, liberties }) => {
    const node = (await nodesOf(cluster)).find(
      (each) => !isCordoned(each) && each.metadata.name !== request.name,
    );
    const name = node?.metadata.name ?? "";
    liberties.inHands.add(name);
    liberties.nodesDown += 1;
    await cluster.removeNode(name);
    const comeBack = async (): Promise<void> => {
      const { status } = await cluster.request("GET", `/api/v1/nodes/${name}`);
      if (status === 404) await cluster.addNode({ name });
    };
    return {
      takeBack: nothing,
      mend: comeBack,
      // A controller that was on it is recreated elsewhere, and needs no restart of ours.
      mayDiffer: (each) => each.startsWith("pod ") || /^(Deployment|ReplicaSet) calico-/.test(each),
    };
  },
  "edits a value of the ConfigMap": async ({ cluster }) => {
    const valueNow = async (): Promise<string> =>
      String(at(await objectAt(cluster, configMap), "data", "cni_network_config"));
    const write = (value: string): Promise<unknown> =>
      cluster.api.ask("PATCH", configMap, { data: { cni_network_config: value } });
    const before = await valueNow();
    const edited = before.replace(/"log_level": *"\w+"/, '"log_level": "error"');
    if (edited === before) throw new Error("the CNI configuration has no log level to edit");
    await write(edited);
    return {
      survives: async () => (await valueNow()).includes('"log_level": "error"'),
      told: /cni_network_config|ConfigMap\S* .*changed|changed .*ConfigMap/,
      // Which of two values is to be is for a person to say.
      mayRefuse: /cni_network_config was set by|somebody has changed it since/,
      takeBack: async () => {
        if ((await valueNow()) === edited) await write(before);
      },
      // What starts meanwhile has read the value.
      mayDiffer: (name) => name.startsWith("ConfigMap ") || name.startsWith("pod "),
    };
  },
};

async function rolledOut(cluster: Cluster): Promise<void> {
  await poll(async () => {
    const { metadata, spec, status } = await objectAt(cluster, daemonSet);
    const all = at(status, "desiredNumberScheduled");
    // Held, it replaces no more; what it has replaced comes back all the same.
    const isHeld = at(spec, "updateStrategy", "type") === "OnDelete";
    return (
      at(status, "observedGeneration") === metadata.generation &&
      at(status, "numberReady") === all &&
      (isHeld || at(status, "updatedNumberScheduled") === all)
    );
  });
}

async function annotate(cluster: Cluster, path: string): Promise<Deed> {
  await cluster.api.ask("PATCH", path, marked);
  return {
    survives: async () => (await objectAt(cluster, path)).metadata.annotations?.[mark] === "ops",
    takeBack: async () => void (await cluster.api.ask("PATCH", path, unmarked)),
  };
}

/** As `kubectl cordon` and `uncordon` do. */
async function cordon(cluster: Cluster, name: string, unschedulable: boolean): Promise<void> {
  await cluster.api.ask("PATCH", `/api/v1/nodes/${name}`, {
    spec: { unschedulable: unschedulable ? true : null },
  });
}

function isCalicoNode({ metadata }: KubeObject): boolean {
  return metadata.labels?.["k8s-app"] === "calico-node";
}

async function objectAt(cluster: Cluster, path: string): Promise<KubeObject> {
  return (await cluster.api.ask("GET", path)) as KubeObject;
}

async function listOf(cluster: Cluster, path: string): Promise<readonly KubeObject[]> {
  return listAt(await cluster.api.ask("GET", path), "items") as KubeObject[];
}

async function nodesOf(cluster: Cluster): Promise<readonly KubeObject[]> {
  return await listOf(cluster, "/api/v1/nodes");
}

/** A real control plane for a test: started, used, ended. */
import { randomBytes } from "node:crypto";
import { delimiter, join } from "node:path";
import { type Api, connectApi } from "./api.ts";
import { type Audit, type AuditLevel, openAudit } from "./audit.ts";
import type { KubeVersion } from "./binaries/recipes.ts";
import { resolveBinaries } from "./binaries/resolve.ts";
import { withoutWatchList } from "./components.ts";
import { createFaults, type Faults } from "./faults.ts";
import { guard } from "./guard.ts";
import { type Kubectl, kubectlFor } from "./kubectl.ts";
import { type KubeObject, listAt } from "./kube-object.ts";
import { imagesOf, nodeName, nodeObject, type NodeSpec } from "./nodes.ts";
import { applyObject, createObject } from "./objects.ts";
import { endProcesses, lastLines } from "./processes.ts";
import { resetCalico } from "./reset.ts";
import { type Savepoints, savepointsOf } from "./savepoint.ts";
import { runtimeOf, start } from "./start.ts";
import {
  clusterFolder,
  createFolder,
  isInUse,
  readCredentials,
  readProcesses,
  readRecord,
  removeFolder,
} from "./state.ts";
import {
  createUser,
  serviceAccountToken,
  type TokenOptions,
  type UserContext,
  type UserOptions,
} from "./users.ts";
import { allReady, waitFor, type WaitOptions } from "./wait.ts";

export type ClusterOptions = {
  readonly kubeVersion?: KubeVersion;
  /** How many, or what each is like. */
  readonly nodes?: number | readonly NodeSpec[];
  readonly name?: string;
  /** A folder with binaries to use in place of built ones. */
  readonly binaries?: string;
  readonly extraApiServerFlags?: readonly string[];
  /** Keeps the log that `audit` reads. */
  readonly audit?: AuditLevel;
  /** For hundreds of nodes, whose leases every two seconds would be all that two cores do. */
  readonly rareLeases?: boolean;
  /** True where the cluster outlives this process. */
  readonly keep?: boolean;
  readonly progress?: (line: string) => void;
};

export type Cluster = {
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  readonly kubeconfig: string;
  /** KUBECONFIG, and a PATH that has the built kubectl. */
  readonly env: { readonly KUBECONFIG: string; readonly PATH: string; readonly [variable: string]: string };
  readonly kubectl: Kubectl;
  readonly api: Api;
  /** As admin; answers whatever the server answers. */
  readonly request: Api["request"];
  readonly faults: Faults;
  /** Throws unless the cluster was started with an audit level. */
  readonly audit: Audit;
  /** Looks at a collection after each change until `decide` answers something. */
  readonly waitFor: <T>(
    path: string,
    decide: (objects: readonly KubeObject[]) => T | undefined | false,
    options?: WaitOptions,
  ) => Promise<T>;
  /** Creates, or replaces what is there. */
  readonly apply: (objects: readonly KubeObject[]) => Promise<void>;
  readonly userKubeconfig: (options: UserOptions) => Promise<string>;
  readonly serviceAccountToken: (options: TokenOptions) => Promise<string>;
  readonly addNode: (spec?: NodeSpec) => Promise<string>;
  /** Resolves when all of them are Ready. */
  readonly addNodes: (specs: readonly NodeSpec[]) => Promise<readonly string[]>;
  readonly removeNode: (name: string) => Promise<void>;
  readonly setNodeImages: (node: string, images: readonly string[]) => Promise<void>;
  readonly savepoints: Savepoints;
  readonly resetCalico: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { kubeVersion = "1.36", progress = reportToStderr } = options;
  const name = options.name ?? `test-${randomBytes(4).toString("hex")}`;
  const binaries = await resolveBinaries({ kubeVersion, progress, binaries: options.binaries });
  claimName(name);
  const guardian = guard(name);
  try {
    await start({
      name,
      kubeVersion,
      binaries,
      nodes: nodeSpecs(options.nodes ?? 3),
      extraApiServerFlags: options.extraApiServerFlags ?? [],
      audit: options.audit,
      rareLeases: options.rareLeases === true,
    });
  } catch (error) {
    const said = lastWords(name);
    await endCluster(name);
    guardian.release();
    throw new Error(`cluster ${name} did not start: ${messageOf(error)}\n${said}`, { cause: error });
  }
  if (options.keep === true) guardian.release();
  return attachCluster(name, guardian.release);
}

/** A cluster that is up already, such as one of `scripts/cluster up`. */
export function attachCluster(name: string, onStop: () => void = () => undefined): Cluster {
  const record = readRecord(name);
  if (record === undefined) throw new Error(`no cluster named ${name}: scripts/cluster up --name ${name}`);
  const { server, kubeVersion, kubeletPort, etcdPort, auditLog } = record;
  const folder = clusterFolder(name);
  const authority = readCredentials(folder, "ca");
  const api = connectApi({
    server,
    authority: authority.certificate,
    credentials: readCredentials(folder, "admin"),
  });
  const users: UserContext = { api, cluster: name, folder, authority };
  const env = clusterEnv(name);
  const addNodes = async (specs: readonly NodeSpec[]): Promise<readonly string[]> => {
    const first = await nextIndex(api);
    const nodes = specs.map((spec, at) => nodeObject(first + at, spec, kubeVersion, kubeletPort));
    await Promise.all(nodes.map((node) => createObject(api, node)));
    const names = nodes.map(({ metadata }) => metadata.name);
    await allReady(api, names);
    return names;
  };
  return {
    name,
    kubeVersion,
    kubeconfig: folder.kubeconfig,
    env,
    kubectl: kubectlFor(join(folder.bin, "kubectl"), env),
    api,
    request: api.request,
    faults: createFaults({ api, runtime: runtimeOf(kubeVersion), logFolder: folder.logs }),
    get audit() {
      if (auditLog === undefined) throw new Error("this cluster was started without an audit level");
      return openAudit(api, auditLog);
    },
    waitFor: (path, decide, options) => waitFor(api, path, decide, options),
    apply: async (objects) => {
      for (const object of objects) await applyObject(api, object);
    },
    userKubeconfig: (options) => createUser(users, options),
    serviceAccountToken: (options) => serviceAccountToken(users, options),
    addNode: async (spec = {}) => {
      const [name = ""] = await addNodes([spec]);
      return name;
    },
    addNodes,
    removeNode: async (node) => {
      await api.ask("DELETE", `/api/v1/nodes/${node}`);
      await deletePodsOf(api, node);
    },
    setNodeImages: async (node, images) => {
      await api.ask("PATCH", `/api/v1/nodes/${node}/status`, { status: { images: imagesOf(images) } });
    },
    savepoints: savepointsOf(etcdPort),
    resetCalico: () => resetCalico(api),
    stop: async () => {
      api.close();
      await endCluster(name);
      onStop();
    },
  };
}

/** Ends everything that was started for this cluster and forgets it. */
export async function endCluster(name: string): Promise<void> {
  await endProcesses(name);
  removeFolder(name);
}

export function clusterEnv(name: string): Cluster["env"] {
  const folder = clusterFolder(name);
  return {
    KUBECONFIG: folder.kubeconfig,
    PATH: `${folder.bin}${delimiter}${process.env["PATH"] ?? ""}`,
    // kubectl keeps discovery by address: in the shared folder, a cluster would be taken for an earlier one of its port.
    KUBECACHEDIR: folder.cache,
    ...(readRecord(name)?.kubeVersion === "1.36" ? {} : withoutWatchList),
  };
}

/** A folder whose processes are all gone was left behind by a crash: its name is free. */
export function claimName(name: string): void {
  const folder = clusterFolder(name);
  if (createFolder(folder)) return;
  if (isInUse(name)) throw new Error(`a cluster named ${name} is up already`);
  removeFolder(name);
  if (!createFolder(folder)) throw new Error(`a cluster named ${name} is being started by somebody else`);
}

function nodeSpecs(nodes: number | readonly NodeSpec[]): readonly NodeSpec[] {
  if (typeof nodes !== "number") return nodes;
  return Array.from({ length: nodes }, (_, index) => ({ name: nodeName(index + 1) }));
}

/** One more than any node's number, so that addresses stay apart after a removal too. */
async function nextIndex(api: Api): Promise<number> {
  const { items } = (await api.ask("GET", "/api/v1/nodes")) as { items: KubeObject[] };
  const numbers = items.map(({ metadata }) => Number(/(\d+)$/.exec(metadata.name)?.[1] ?? 0));
  return Math.max(items.length, ...numbers) + 1;
}

/** The garbage collector would take 40 seconds. */
async function deletePodsOf(api: Api, node: string): Promise<void> {
  const list = await api.ask("GET", `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`);
  const pods = listAt(list, "items") as KubeObject[];
  await Promise.all(
    pods.map(({ metadata }) =>
      api.request("DELETE", `/api/v1/namespaces/${metadata.namespace ?? ""}/pods/${metadata.name}`, {
        gracePeriodSeconds: 0,
      }),
    ),
  );
}

/** Gone with the cluster otherwise. */
export function lastWords(name: string): string {
  return readProcesses(name)
    .map(({ component }) => `${component}:\n${lastLines(name, component, 3)}`)
    .join("\n");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function reportToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Brings a cluster up: certificates, processes, kwok's kinds and Stages, nodes. */
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { type Api, connectApi } from "./api.ts";
import { type Binaries, serverMinor } from "./binaries/resolve.ts";
import type { KubeVersion } from "./binaries/recipes.ts";
import { createAuthority, createTokenKeys, type Pem, signClient, signServing } from "./certificates.ts";
import { apiServer, controllerManager, etcd, firstServiceAddress, kwok, type Layout, type Ports, scheduler } from "./components.ts";
import { kwokCrds } from "./kubelet/kwok-crds.ts";
import { writeDefaultLogs } from "./kubelet/logs.ts";
import { nodeStages } from "./kubelet/node-stages.ts";
import type { ContainerRuntime } from "./kubelet/pod-template.ts";
import { podStages } from "./kubelet/pod-stages.ts";
import type { KubeObject } from "./kube-object.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { nodeObject, type NodeSpec } from "./nodes.ts";
import { claimPorts } from "./ports.ts";
import { isAlive } from "./process-identity.ts";
import { type Command, lastLines, startProcess } from "./processes.ts";
import { type ClusterFolder, clusterFolder, stateRoot, type StartedProcess, writeRecord } from "./state.ts";
import { createObject } from "./objects.ts";
import { poll, waitFor } from "./wait.ts";

export type StartOptions = {
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  readonly binaries: Binaries;
  readonly nodes: readonly NodeSpec[];
  readonly extraApiServerFlags?: readonly string[];
  readonly auditPolicy?: KubeObject;
};

export type Started = {
  readonly folder: ClusterFolder;
  readonly api: Api;
  readonly authority: Pem;
  readonly layout: Layout;
};

export async function start(options: StartOptions): Promise<Started> {
  const { name, kubeVersion, binaries, nodes, auditPolicy } = options;
  const folder = clusterFolder(name);
  const layout: Layout = {
    folder,
    ports: await portsFor(name),
    binaries,
    minor: serverMinor(binaries["kube-apiserver"]),
    extraApiServerFlags: [...auditFlags(folder, auditPolicy), ...(options.extraApiServerFlags ?? [])],
  };
  const server = `https://127.0.0.1:${layout.ports.apiServer}`;
  const stored = startProcess(name, etcd(layout));
  const authority = await writeCredentials(name, folder, server);
  const admin = await signClient(authority, { name: "admin", groups: ["system:masters"] });
  writeKubeconfig(folder.kubeconfig, {
    cluster: name,
    server,
    authority: authority.certificate,
    user: "admin",
    credentials: admin,
  });
  symlinkSync(binaries.kubectl, join(folder.bin, "kubectl"));
  writeRecord({
    name,
    kubeVersion,
    server,
    kubectl: binaries.kubectl,
    ...(auditPolicy === undefined ? {} : { auditLog: auditLogFile(folder) }),
  });

  const api = connectApi({ server, authority: authority.certificate, credentials: admin });
  const running = [stored, await startAndWait(name, apiServer(layout), () => isReady(api))];
  running.push(startProcess(name, controllerManager(layout)), startProcess(name, scheduler(layout)));
  await setUpKwok(api, layout, kubeVersion);
  running.push(startProcess(name, kwok(layout)));
  const objects = nodes.map((spec, index) => nodeObject(index + 1, spec, kubeVersion, layout.ports.kwok));
  await Promise.all(objects.map((node) => createObject(api, node)));
  const done = new AbortController();
  try {
    await Promise.race([settled(api, objects), failure(name, running, done.signal)]);
  } finally {
    done.abort();
  }
  return { folder, api, authority, layout };
}

/** Usable when controllers have begun their work and the nodes' kubelets theirs. */
async function settled(api: Api, nodes: readonly KubeObject[]): Promise<void> {
  const timeoutMs = 60_000;
  await Promise.all([
    waitFor(api, "/api/v1/namespaces/default/serviceaccounts", (accounts) => accounts.length > 0, {
      timeoutMs,
      what: "the default ServiceAccount",
    }),
    waitFor(api, "/api/v1/nodes", (seen) => nodes.every((node) => seen.some((other) => isUsable(node, other))), {
      timeoutMs,
      what: "all nodes Ready",
    }),
  ]);
}

function isUsable(wanted: KubeObject, seen: KubeObject): boolean {
  if (seen.metadata.name !== wanted.metadata.name) return false;
  const status = seen["status"] as { conditions?: { type: string; status: string }[] } | undefined;
  const spec = seen["spec"] as { taints?: { key: string }[] } | undefined;
  return (
    (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True") &&
    !(spec?.taints ?? []).some(({ key }) => key === "node.kubernetes.io/not-ready")
  );
}

async function portsFor(name: string): Promise<Ports> {
  const [etcdPort = 0, etcdPeer = 0, apiServerPort = 0, controllerManagerPort = 0, schedulerPort = 0, kwokPort = 0] =
    await claimPorts(stateRoot(), name, 6);
  return {
    etcd: etcdPort,
    etcdPeer,
    apiServer: apiServerPort,
    controllerManager: controllerManagerPort,
    scheduler: schedulerPort,
    kwok: kwokPort,
  };
}

async function writeCredentials(name: string, { pki }: ClusterFolder, server: string): Promise<Pem> {
  const authority = await createAuthority(`${name}-ca`);
  const serving = await signServing(authority, [
    { type: "dns", value: "localhost" },
    { type: "dns", value: "kubernetes.default.svc" },
    { type: "ip", value: "127.0.0.1" },
    { type: "ip", value: "::1" },
    { type: "ip", value: firstServiceAddress },
  ]);
  const tokens = createTokenKeys();
  const files = {
    "ca.crt": authority.certificate,
    "ca.key": authority.key,
    "serving.crt": serving.certificate,
    "serving.key": serving.key,
    "sa.key": tokens.privateKey,
    "sa.pub": tokens.publicKey,
    "kwok.yaml": kwokConfiguration(),
  };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(pki, file), content, { mode: 0o600 });
  const users = {
    "controller-manager": { name: "system:kube-controller-manager" },
    scheduler: { name: "system:kube-scheduler" },
    kwok: { name: "system:kwok", groups: ["system:masters"] },
  };
  for (const [file, subject] of Object.entries(users)) {
    writeKubeconfig(join(pki, `${file}.kubeconfig`), {
      cluster: name,
      server,
      authority: authority.certificate,
      user: subject.name,
      credentials: await signClient(authority, subject),
    });
  }
  return authority;
}

/** What has no flag. */
function kwokConfiguration(): string {
  return stringify({
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokConfiguration",
    options: {
      podPlayStageParallelism: 16,
      nodePlayStageParallelism: 16,
      nodeLeaseParallelism: 16,
      // `kubectl logs`.
      enableDebuggingHandlers: true,
    },
  });
}

async function setUpKwok(api: Api, { minor, folder }: Layout, kubeVersion: KubeVersion): Promise<void> {
  await Promise.all(kwokCrds(minor).map((crd) => createObject(api, crd)));
  await waitFor(api, `/apis/apiextensions.k8s.io/${minor < 16 ? "v1beta1" : "v1"}/customresourcedefinitions`, (crds) =>
    crds.length === 3 && crds.every(isEstablished),
  );
  // Served a moment after it is said to be established.
  await poll(async () => {
    const { status } = await api.request("GET", "/apis/kwok.x-k8s.io/v1alpha1/stages?limit=1");
    return status === 200;
  });
  const stages = [...nodeStages(), ...podStages(runtimeOf(kubeVersion))];
  const logs = writeDefaultLogs(folder.logs);
  await Promise.all([...stages, logs].map((object) => createObject(api, object)));
}

export function runtimeOf(kubeVersion: KubeVersion): ContainerRuntime {
  return kubeVersion === "1.15" ? "docker" : "containerd";
}

function isEstablished(crd: KubeObject): boolean {
  const status = crd["status"] as { conditions?: { type: string; status: string }[] } | undefined;
  return (status?.conditions ?? []).some(({ type, status: value }) => type === "Established" && value === "True");
}

async function isReady(api: Api): Promise<boolean> {
  try {
    return (await api.request("GET", "/healthz")).status === 200;
  } catch {
    return false;
  }
}

async function startAndWait(cluster: string, command: Command, ready: () => Promise<boolean>): Promise<StartedProcess> {
  const started = startProcess(cluster, command);
  const ended = new Error();
  await poll(
    async () => {
      if (!isAlive(started)) throw Object.assign(ended, { message: endedMessage(cluster, command.component) });
      return ready();
    },
    { timeoutMs: 60_000, what: `${command.component} ready` },
  );
  return started;
}

/** Rejects as soon as one of the processes ends; a start that fails says so at once. */
async function failure(cluster: string, running: readonly StartedProcess[], done: AbortSignal): Promise<void> {
  while (!done.aborted) {
    const ended = running.find((process) => !isAlive(process));
    if (ended !== undefined) throw new Error(endedMessage(cluster, ended.component));
    await delay(100);
  }
}

function endedMessage(cluster: string, component: string): string {
  return `${component} ended; its last lines:\n${lastLines(cluster, component)}`;
}

export function auditLogFile(folder: ClusterFolder): string {
  return join(folder.logs, "audit.log");
}

function auditFlags(folder: ClusterFolder, policy: KubeObject | undefined): string[] {
  if (policy === undefined) return [];
  const file = join(folder.pki, "audit-policy.json");
  writeFileSync(file, JSON.stringify(policy), { mode: 0o600 });
  return [`--audit-policy-file=${file}`, `--audit-log-path=${auditLogFile(folder)}`, "--audit-log-mode=blocking"];
}

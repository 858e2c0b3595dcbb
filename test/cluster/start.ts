/** Brings a cluster up: certificates, processes, kwok's kinds and Stages, nodes. */
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Api, connectApi } from "./api.ts";
import type { AuditLevel } from "./audit.ts";
import type { KubeVersion } from "./binaries/recipes.ts";
import { type Binaries, serverMinor } from "./binaries/resolve.ts";
import {
  apiServer,
  controllerManager,
  etcd,
  kwok,
  type Layout,
  type Ports,
  scheduler,
} from "./components.ts";
import { createCredentials, setUpAudit, writeKwokConfiguration } from "./credentials.ts";
import { kwokCrds } from "./kubelet/kwok-crds.ts";
import { writeDefaultLogs } from "./kubelet/logs.ts";
import { nodeStages } from "./kubelet/node-stages.ts";
import { podStages } from "./kubelet/pod-stages.ts";
import type { ContainerRuntime } from "./kubelet/pod-template.ts";
import { stagesPath, stirStages } from "./kubelet/stir.ts";
import type { KubeObject } from "./kube-object.ts";
import { nodeObject, type NodeSpec } from "./nodes.ts";
import { createObject } from "./objects.ts";
import { claimPorts } from "./ports.ts";
import { isAlive } from "./process-identity.ts";
import { type Command, lastLines, startProcess } from "./processes.ts";
import { clusterFolder, type StartedProcess, writeRecord } from "./state.ts";
import { allReady, poll, waitFor } from "./wait.ts";

export type StartOptions = {
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  readonly binaries: Binaries;
  readonly nodes: readonly NodeSpec[];
  readonly extraApiServerFlags: readonly string[];
  readonly audit: AuditLevel | undefined;
  readonly rareLeases: boolean;
};

export async function start({
  name,
  kubeVersion,
  binaries,
  nodes,
  extraApiServerFlags,
  audit,
  rareLeases,
}: StartOptions): Promise<void> {
  const folder = clusterFolder(name);
  const auditing = audit === undefined ? undefined : setUpAudit(folder, audit);
  const layout: Layout = {
    folder,
    ports: await portsFor(name),
    binaries,
    minor: serverMinor(binaries["kube-apiserver"]),
    extraApiServerFlags: [...(auditing?.flags ?? []), ...extraApiServerFlags],
    rareLeases,
  };
  const server = `https://127.0.0.1:${layout.ports.apiServer}`;
  const running = [startProcess(name, etcd(layout))];
  const { authority, admin } = await createCredentials(name, folder, server);
  writeKwokConfiguration(folder);
  symlinkSync(binaries.kubectl, join(folder.bin, "kubectl"));

  const api = connectApi({ server, authority: authority.certificate, credentials: admin });
  running.push(await startAndWait(name, apiServer(layout), () => isReady(api)));
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
    api.close();
  }
  // Last: who finds it finds a cluster that is complete.
  writeRecord({
    name,
    kubeVersion,
    server,
    kubeletPort: layout.ports.kwok,
    etcdPort: layout.ports.etcd,
    ...(auditing === undefined ? {} : { auditLog: auditing.log }),
  });
}

/** Usable when controllers have begun their work and the nodes' kubelets theirs. */
async function settled(api: Api, nodes: readonly KubeObject[]): Promise<void> {
  const over = new AbortController();
  const names = nodes.map(({ metadata }) => metadata.name);
  try {
    await Promise.all([
      waitFor(api, "/api/v1/namespaces/default/serviceaccounts", (accounts) => accounts.length > 0, {
        timeoutMs: 60_000,
        what: "the default ServiceAccount",
      }),
      Promise.race([allReady(api, names), keepStirring(api, over.signal)]),
    ]);
  } finally {
    over.abort();
  }
  // Some Stages may be all that it saw: those of pods are needed, too.
  await stirStages(api);
}

/** Until nodes are Ready; ends only with the signal or an error. */
async function keepStirring(api: Api, signal: AbortSignal): Promise<never> {
  for (;;) {
    await delay(2000, undefined, { signal });
    await stirStages(api);
  }
}

async function portsFor(name: string): Promise<Ports> {
  const [
    etcdPort = 0,
    etcdPeer = 0,
    apiServerPort = 0,
    controllerManagerPort = 0,
    schedulerPort = 0,
    kwokPort = 0,
  ] = await claimPorts(clusterFolder(name).path, 6);
  return {
    etcd: etcdPort,
    etcdPeer,
    apiServer: apiServerPort,
    controllerManager: controllerManagerPort,
    scheduler: schedulerPort,
    kwok: kwokPort,
  };
}

async function setUpKwok(api: Api, { minor, folder }: Layout, kubeVersion: KubeVersion): Promise<void> {
  await Promise.all(kwokCrds(minor).map((crd) => createObject(api, crd)));
  await waitFor(
    api,
    `/apis/apiextensions.k8s.io/${minor < 16 ? "v1beta1" : "v1"}/customresourcedefinitions`,
    (crds) => crds.length === 3 && crds.every(isEstablished),
  );
  // Served a moment after it is said to be established.
  await poll(async () => {
    const { status } = await api.request("GET", `${stagesPath}?limit=1`);
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
  return (status?.conditions ?? []).some(
    ({ type, status: value }) => type === "Established" && value === "True",
  );
}

export async function isReady(api: Api): Promise<boolean> {
  try {
    return (await api.request("GET", "/healthz")).status === 200;
  } catch {
    return false;
  }
}

export async function startAndWait(
  cluster: string,
  command: Command,
  ready: () => Promise<boolean>,
): Promise<StartedProcess> {
  const started = startProcess(cluster, command);
  const ended = new Error();
  await poll(
    async () => {
      if (!isAlive(started))
        throw Object.assign(ended, { message: endedMessage(cluster, command.component) });
      return ready();
    },
    { timeoutMs: 60_000, what: `${command.component} ready` },
  );
  return started;
}

/** Rejects as soon as one of the processes ends; a start that fails says so at once. */
async function failure(
  cluster: string,
  running: readonly StartedProcess[],
  done: AbortSignal,
): Promise<void> {
  while (!done.aborted) {
    const ended = running.find((process) => !isAlive(process));
    if (ended !== undefined) throw new Error(endedMessage(cluster, ended.component));
    await delay(100);
  }
}

function endedMessage(cluster: string, component: string): string {
  return `${component} ended; its last lines:\n${lastLines(cluster, component)}`;
}

/** What is remembered of a cluster on disk: enough for another process to find it, use it and end it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { KubeVersion } from "./binaries/recipes.ts";
import type { Pem } from "./certificates.ts";
import { isAlive, ownIdentity, type ProcessIdentity } from "./process-identity.ts";
import { releasePorts } from "./ports.ts";

export type StartedProcess = ProcessIdentity & { readonly component: string };

export type ClusterRecord = {
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  readonly server: string;
  /** Where kwok answers for the kubelets. */
  readonly kubeletPort: number;
  readonly auditLog?: string;
  /** Where etcd answers. */
  readonly etcdPort: number;
};

export type ClusterFolder = {
  readonly path: string;
  readonly kubeconfig: string;
  readonly cache: string;
  readonly pki: string;
  readonly logs: string;
  /** Programs that `exec` finds in every container. */
  readonly exec: string;
  readonly bin: string;
};

/**
 * Not in XDG_STATE_HOME: whoever sets that for a run, to keep its bundles apart, would hide the clusters.
 * CALICO_CLUSTERS names another place.
 */
function stateRoot(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["CALICO_CLUSTERS"] || join(homedir(), ".local", "state"), "kubectl-calico-upgrade");
}

export function clusterFolder(name: string): ClusterFolder {
  if (!/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/.test(name)) {
    throw new Error(`"${name}" is no name for a cluster: lower case letters, digits and "-"`);
  }
  const path = join(stateRoot(), "clusters", name);
  return {
    path,
    kubeconfig: join(path, "kubeconfig"),
    cache: join(path, "cache"),
    pki: join(path, "pki"),
    logs: join(path, "logs"),
    exec: join(path, "exec"),
    bin: join(path, "bin"),
  };
}

/** False when there is one of this name already: making the folder is what claims the name. */
export function createFolder(folder: ClusterFolder): boolean {
  mkdirSync(join(folder.path, ".."), { recursive: true, mode: 0o700 });
  try {
    mkdirSync(folder.path, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
  writeWhole(join(folder.path, "starter.json"), ownIdentity());
  for (const path of [folder.pki, folder.logs, folder.exec, folder.bin]) mkdirSync(path, { mode: 0o700 });
  return true;
}

/** Whether something of it runs still, or it is being started just now. */
export function isInUse(name: string): boolean {
  if (readProcesses(name).some(isAlive)) return true;
  if (readRecord(name) !== undefined) return false;
  const starter = readJson(join(clusterFolder(name).path, "starter.json")) as ProcessIdentity | undefined;
  return starter !== undefined && isAlive(starter);
}

export function removeFolder(name: string): void {
  rmSync(clusterFolder(name).path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  releasePorts(clusterFolder(name).path);
}

export function clusterNames(): string[] {
  const folder = join(stateRoot(), "clusters");
  return existsSync(folder) ? readdirSync(folder).toSorted() : [];
}

export function writeRecord(record: ClusterRecord): void {
  writeWhole(join(clusterFolder(record.name).path, "cluster.json"), record);
}

export function readRecord(name: string): ClusterRecord | undefined {
  return readJson(join(clusterFolder(name).path, "cluster.json")) as ClusterRecord | undefined;
}

export function writeCredentials(folder: ClusterFolder, name: string, { certificate, key }: Pem): void {
  writeFileSync(join(folder.pki, `${name}.crt`), certificate, { mode: 0o600 });
  writeFileSync(join(folder.pki, `${name}.key`), key, { mode: 0o600 });
}

export function readCredentials(folder: ClusterFolder, name: string): Pem {
  return {
    certificate: readFileSync(join(folder.pki, `${name}.crt`), "utf8"),
    key: readFileSync(join(folder.pki, `${name}.key`), "utf8"),
  };
}

/** Recorded the moment it is started, so that no moment's failure leaves a process that nobody knows. */
export function recordProcess(name: string, started: StartedProcess): void {
  writeWhole(processesFile(name), [...readProcesses(name), started]);
}

export function readProcesses(name: string): readonly StartedProcess[] {
  return (readJson(processesFile(name)) as readonly StartedProcess[] | undefined) ?? [];
}

function processesFile(name: string): string {
  return join(clusterFolder(name).path, "processes.json");
}

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** A real control plane for a test: started, used, ended. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { delimiter } from "node:path";
import type { Api } from "./api.ts";
import { resolveBinaries } from "./binaries/resolve.ts";
import type { KubeVersion } from "./binaries/recipes.ts";
import { createFaults, type Faults } from "./faults.ts";
import { guard } from "./guard.ts";
import { nodeName, type NodeSpec } from "./nodes.ts";
import { endProcesses } from "./processes.ts";
import { runtimeOf, start, type Started } from "./start.ts";
import { clusterFolder, createFolder, readProcesses, removeFolder } from "./state.ts";
import { isAlive } from "./process-identity.ts";

export type ClusterOptions = {
  readonly kubeVersion?: KubeVersion;
  /** How many, or what each is like. */
  readonly nodes?: number | readonly NodeSpec[];
  readonly name?: string;
  readonly binaries?: string;
  readonly extraApiServerFlags?: readonly string[];
  readonly progress?: (line: string) => void;
  /** True where the cluster outlives this process. */
  readonly keep?: boolean;
};

export type KubectlResult = { readonly stdout: string; readonly stderr: string; readonly code: number };

export type KubectlOptions = {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
};

export type Cluster = {
  readonly name: string;
  readonly kubeVersion: KubeVersion;
  readonly kubeconfig: string;
  /** KUBECONFIG, and a PATH that has the built kubectl. */
  readonly env: NodeJS.ProcessEnv;
  readonly api: Api;
  readonly request: Api["request"];
  readonly faults: Faults;
  readonly kubectl: (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;
  readonly stop: () => Promise<void>;
};

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const { kubeVersion = "1.36", progress = reportToStderr } = options;
  const name = options.name ?? `test-${randomBytes(4).toString("hex")}`;
  const binaries = await resolveBinaries({
    kubeVersion,
    progress,
    ...(options.binaries === undefined ? {} : { binaries: options.binaries }),
  });
  claimName(name);
  const guardian = guard(name);
  try {
    const started = await start({
      name,
      kubeVersion,
      binaries,
      nodes: nodeSpecs(options.nodes ?? 3),
      ...(options.extraApiServerFlags === undefined ? {} : { extraApiServerFlags: options.extraApiServerFlags }),
    });
    if (options.keep === true) guardian.release();
    return clusterOf(name, kubeVersion, started);
  } catch (error) {
    await endCluster(name);
    throw error;
  }
}

/** Ends everything that was started for this cluster and forgets it. */
export async function endCluster(name: string): Promise<void> {
  await endProcesses(name);
  removeFolder(name);
}

function clusterOf(name: string, kubeVersion: KubeVersion, { folder, api }: Started): Cluster {
  const env = clusterEnv(name);
  return {
    name,
    kubeVersion,
    kubeconfig: folder.kubeconfig,
    env,
    api,
    request: api.request,
    faults: createFaults({ api, runtime: runtimeOf(kubeVersion), logFolder: folder.logs }),
    kubectl: (args, kubectlOptions) => kubectl(env, args, kubectlOptions),
    stop: async () => {
      api.close();
      await endCluster(name);
    },
  };
}

export function clusterEnv(name: string): NodeJS.ProcessEnv {
  const folder = clusterFolder(name);
  return { KUBECONFIG: folder.kubeconfig, PATH: `${folder.bin}${delimiter}${process.env["PATH"] ?? ""}` };
}

/** A folder whose processes are all gone was left behind by a crash: its name is free. */
function claimName(name: string): void {
  const folder = clusterFolder(name);
  if (createFolder(folder)) return;
  if (readProcesses(name).some(isAlive)) throw new Error(`a cluster named ${name} is up already`);
  removeFolder(name);
  if (!createFolder(folder)) throw new Error(`a cluster named ${name} is being started by somebody else`);
}

function nodeSpecs(nodes: number | readonly NodeSpec[]): readonly NodeSpec[] {
  if (typeof nodes !== "number") return nodes;
  return Array.from({ length: nodes }, (_, index) => ({ name: nodeName(index + 1) }));
}

function kubectl(
  clusterEnvironment: NodeJS.ProcessEnv,
  args: readonly string[],
  { input, env, timeoutMs = 60_000 }: KubectlOptions = {},
): Promise<KubectlResult> {
  return new Promise((resolve) => {
    const child = execFile(
      "kubectl",
      args,
      { env: { ...process.env, ...clusterEnvironment, ...env }, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ stdout, stderr, code });
      },
    );
    child.stdin?.end(input ?? "");
  });
}

function reportToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Which binaries a cluster runs: those at hand where there are any, else the built ones. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureBuilt, type Progress } from "./build.ts";
import { type BinaryName, type KubeVersion, type Recipe, kubeVersionOf, recipesFor } from "./recipes.ts";

export type Binaries = Readonly<Record<BinaryName, string>>;

export type ResolveOptions = {
  readonly kubeVersion: KubeVersion;
  /** A folder with some or all binaries; `KUBEBUILDER_ASSETS` names one too. */
  readonly binaries?: string | undefined;
  readonly progress: Progress;
  readonly env?: NodeJS.ProcessEnv;
};

export async function resolveBinaries(options: ResolveOptions): Promise<Binaries> {
  const { kubeVersion, progress } = options;
  const atHand = folderAtHand(options);
  const found: Partial<Record<string, string>> = {};
  const needed: Recipe[] = [];
  for (const recipe of recipesFor(kubeVersion)) {
    const names = Object.keys(recipe.commands);
    for (const name of names) {
      const path = atHand === undefined ? undefined : join(atHand, name);
      if (path !== undefined && existsSync(path)) found[name] = path;
    }
    if (names.some((name) => found[name] === undefined)) needed.push(recipe);
  }
  const folders = await ensureBuilt(needed, { progress });
  for (const [index, recipe] of needed.entries()) {
    for (const name of Object.keys(recipe.commands)) found[name] ??= join(folders[index] ?? "", name);
  }
  return found as Binaries;
}

function folderAtHand({
  kubeVersion,
  binaries,
  progress,
  env = process.env,
}: ResolveOptions): string | undefined {
  if (binaries !== undefined) {
    if (!existsSync(binaries)) throw new Error(`no folder ${binaries}`);
    return resolve(binaries);
  }
  const assets = env["KUBEBUILDER_ASSETS"];
  if (assets === undefined || assets === "" || !existsSync(join(assets, "kube-apiserver"))) return undefined;
  // Set once for a whole shell, it may hold another version than the one asked for now.
  const minor = serverMinor(join(assets, "kube-apiserver"));
  if (kubeVersionOf(minor) === kubeVersion) return resolve(assets);
  progress(`KUBEBUILDER_ASSETS holds Kubernetes 1.${minor}, not ${kubeVersion}: not used`);
  return undefined;
}

/** 36 for Kubernetes 1.36. */
export function serverMinor(apiServer: string): number {
  const answer = execFileSync(apiServer, ["--version"], { encoding: "utf8" });
  const minor = /v1\.(\d+)\./.exec(answer)?.[1];
  if (minor === undefined) throw new Error(`${apiServer} does not say its version: ${answer.trim()}`);
  return Number(minor);
}

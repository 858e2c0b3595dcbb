/** A cluster whose Calico has a controller, and what tests of `controller` ask it and do to it. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CalicoOptions } from "../../calico/era.ts";
import { hostedCalico, toYaml } from "../../calico/hosted-calico.ts";
import { installCalico } from "../../calico/install.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { at, type KubeObject, listAt } from "../../cluster/kube-object.ts";
import { runPlugin, type Result } from "./plugin.ts";

const pods = "/api/v1/namespaces/kube-system/pods";
const apps = "/apis/apps/v1/namespaces/kube-system";
const labels = ["calico-policy", "calico-kube-controllers"];

/** Calico as kubectl applied it, with all that its next release needs beside the controller. */
export async function installed(
  cluster: Cluster,
  calico: CalicoOptions,
  next?: CalicoOptions,
): Promise<void> {
  await cluster.resetCalico();
  await installCalico(cluster, calico, ["rbac", "config", "workloads"]);
  if (next === undefined) return;
  await cluster.apply(hostedCalico(next, ["rbac"]));
}

/** A manifest on disk, for as long as the test runs. */
export async function manifest(objects: readonly KubeObject[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-manifest-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "calico.yaml");
  await writeFile(file, toYaml(objects));
  return file;
}

/** The release's whole manifest but its CRDs, which no test here installs. */
export function fileOf(calico: CalicoOptions): Promise<string> {
  return manifest(hostedCalico(calico, ["rbac", "config", "workloads"]));
}

/** A place for the bundles of one test. */
export async function ownState(): Promise<{ readonly XDG_STATE_HOME: string }> {
  const state = await mkdtemp(join(tmpdir(), "calico-upgrade-state-"));
  onTestFinished(() => rm(state, { recursive: true, force: true }));
  return { XDG_STATE_HOME: state };
}

export async function runController(cluster: Cluster, ...args: readonly string[]): Promise<Result> {
  return await runPlugin(cluster, ["controller", ...args], { env: await ownState() });
}

export async function controllerPods(cluster: Cluster): Promise<readonly KubeObject[]> {
  const selector = encodeURIComponent(`k8s-app in (${labels.join(",")})`);
  return listAt(await cluster.api.ask("GET", `${pods}?labelSelector=${selector}`), "items") as KubeObject[];
}

/** `deployments/calico-kube-controllers`; undefined when it is not there. */
export async function workload(cluster: Cluster, name: string): Promise<KubeObject | undefined> {
  const { status, body } = await cluster.request("GET", `${apps}/${name}`);
  return status === 404 ? undefined : (body as KubeObject);
}

export async function patchWorkload(cluster: Cluster, name: string, patch: unknown): Promise<void> {
  await cluster.api.ask("PATCH", `${apps}/${name}`, patch);
}

export function imageOf(object: KubeObject | undefined): unknown {
  return object === undefined ? undefined : at(object, "spec", "template", "spec", "containers", 0, "image");
}

export function podImages(found: readonly KubeObject[]): readonly unknown[] {
  return found.map((pod) => at(pod, "spec", "containers", 0, "image"));
}

/** The most controller pods that were there at once while something ran, those that end included. */
export async function mostAtOnce<T>(
  cluster: Cluster,
  work: () => Promise<T>,
): Promise<{ readonly most: number; readonly result: T }> {
  let most = 0;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, (await controllerPods(cluster)).length);
    }
  })();
  try {
    return { result: await work(), most };
  } finally {
    over.abort();
    await watching;
  }
}

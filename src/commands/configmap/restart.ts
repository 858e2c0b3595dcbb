import { Writable } from "node:stream";
import { objectPath } from "../../cluster/paths.ts";
import { sendWrite } from "../../cluster/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, isApiError, isConnectionError } from "../../errors.ts";
import { configMark, staleReaders, type ConfigChange } from "../../model/config-ledger.ts";
import type { ConfigMapFacts } from "../../model/configmap.ts";
import type { JsonObject, KubeObject } from "../../model/kube.ts";
import { configAnnotation, manager } from "../../model/names.ts";
import { podsByNode } from "../../model/placement.ts";
import { podFacts, type PodFacts } from "../../model/pod.ts";
import { isControllerPod } from "../../model/workload.ts";
import type { RestartedPod } from "../node/run.ts";
import type { ConfigMapValues } from "./options.ts";
import type { Prepared } from "./prepare.ts";

/** Nodes whose calico-node started before the change and reads a changed key, in the order of their names. */
export function staleNodes({ seen, daemonSet, ref }: Prepared, change: ConfigChange): readonly string[] {
  if (!seen.pods.known) return [];
  return [...podsByNode(seen.pods.value, daemonSet)]
    .flatMap(([node, [pod]]) =>
      pod !== undefined && staleReaders(pod, daemonSet.template, ref.name, change).length > 0 ? [node] : [],
    )
    .toSorted();
}

/** Whether a controller that runs started before the change and reads a changed key. */
export function controllerIsStale({ seen, workloads, ref }: Prepared, change: ConfigChange): boolean {
  if (!seen.pods.known) return false;
  const pods = seen.pods.value.filter((pod) => isControllerPod(pod) && pod.deletedAt === undefined);
  return workloads.some(
    (workload) =>
      workload.component === "controller" &&
      workload.desired > 0 &&
      pods.some((pod) => staleReaders(pod, workload.template, ref.name, change).length > 0),
  );
}

/** What another command did: its exit code, and its result where it was asked for as JSON. */
export interface Restarted {
  readonly exitCode: number;
  readonly result?: JsonObject;
  /** What it said on standard error, where that was kept back. */
  readonly said: string;
}

export interface RestartOptions {
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly values: ConfigMapValues;
  readonly dryRun: string;
  /** Only to see whether it would go: nothing is printed. */
  readonly silent: boolean;
  /** The result as JSON, for ours. */
  readonly json: boolean;
}

/** The controller by the `controller` step. */
export async function restartController(options: RestartOptions): Promise<Restarted> {
  const { run } = await import("../controller/run.ts");
  const { connection, settle, timeout, bundleDir, ignored, takeOver, yes } = options.values;
  return await captured(options, async (context, output) =>
    run(
      {
        ...output,
        connection,
        settle,
        timeout,
        bundleDir,
        ignored,
        yes,
        dryRun: options.dryRun,
        filename: [],
        restart: true,
        fixStrategy: false,
        takeOver,
        printMissing: false,
        rest: [],
      },
      context,
      options.connect,
    ),
  );
}

/** Nodes by the `node` steps; each pod that came back is told. */
export async function restartNodes(
  options: RestartOptions,
  nodes: readonly string[],
  onPod: (pod: RestartedPod) => void,
): Promise<Restarted> {
  const { run } = await import("../node/run.ts");
  const { connection, daemonSet, settle, timeout, ignored, takeOver, yes } = options.values;
  return await captured(options, async (context, output) =>
    run(
      {
        ...output,
        connection,
        daemonSet,
        settle,
        timeout,
        ignored,
        takeOver,
        yes,
        dryRun: options.dryRun,
        filename: [],
        templateOnly: false,
        printMissing: false,
        restart: true,
        noCordon: false,
        probeImage: undefined,
        gracePeriod: -1,
        force: false,
        release: false,
        unpin: false,
        nodes,
      },
      context,
      options.connect,
      onPod,
    ),
  );
}

const plain = { template: "", allowMissingTemplateKeys: true };

async function captured(
  { context, silent, json }: RestartOptions,
  run: (context: AppContext, output: typeof plain & { readonly output: string }) => Promise<number>,
): Promise<Restarted> {
  let stdout = "";
  let stderr = "";
  const terminal = { ...context.terminal, stderrTty: false };
  const into = (take: (text: string) => void): Writable =>
    new Writable({
      write(chunk: Buffer | string, _encoding, done) {
        take(String(chunk));
        done();
      },
    });
  const own: AppContext = silent
    ? { ...context, terminal, stdout: into(() => {}), stderr: into((text) => (stderr += text)) }
    : json
      ? { ...context, stdout: into((text) => (stdout += text)) }
      : context;
  let exitCode: number;
  try {
    exitCode = await run(own, { ...plain, output: json && !silent ? "json" : "table" });
  } catch (error) {
    if (!silent) throw error;
    exitCode = 1;
    stderr += `${explain(error)}\n`;
  }
  const result = stdout.trim() === "" ? {} : { result: JSON.parse(stdout) as JsonObject };
  return { exitCode, said: stderr, ...result };
}

/** The kubelet writes the pod's status at the same time: a lost race is tried again. */
const attempts = 5;

/**
 * Writes down on a pod which values its containers started with (hazard H25): the only way to know it later
 * on a server that does not keep who wrote when.
 */
export async function markPod(
  { connection, discovery, daemonSet }: Prepared,
  { namespace, name, uid }: Pick<PodFacts, "namespace" | "name" | "uid">,
  configMaps: readonly ConfigMapFacts[],
): Promise<void> {
  const ref = { group: "", version: "v1", resource: "pods", kind: "Pod", namespace, name };
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const { body: raw } = await connection.request({ method: "GET", path: objectPath(ref) });
      const pod = podFacts(raw as KubeObject);
      const text = configMark(pod, daemonSet.template, configMaps);
      if (pod.uid !== uid || text === undefined) return;
      const metadata = { resourceVersion: pod.resourceVersion, annotations: { [configAnnotation]: text } };
      await sendWrite(
        connection,
        { verb: "patch", ref, patch: "merge", fieldManager: manager, body: { metadata } },
        { dryRun: false, serverVersion: discovery.version },
      );
      return;
    } catch (error) {
      // Without the mark it is less well known what the pod runs with; nothing else depends on it.
      if (!isApiError(error) && !isConnectionError(error)) throw error;
      if (!isApiError(error) || error.status !== 409) return;
    }
  }
}

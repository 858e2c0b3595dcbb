import { Writable } from "node:stream";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain } from "../../errors.ts";
import type { JsonObject } from "../../model/kube.ts";
import type { RestartedPod } from "../node/perform-goal.ts";
import type { ConfigMapValues } from "./options.ts";

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
  readonly values: Pick<
    ConfigMapValues,
    "connection" | "daemonSet" | "settle" | "timeout" | "bundleDir" | "ignored" | "takeOver" | "yes"
  >;
  readonly dryRun: string;
  /** Only to see whether it would go: nothing is printed. */
  readonly silent: boolean;
  /** The result as JSON, for ours. */
  readonly json: boolean;
}

/** The controller by the `controller` step. */
export async function restartController(options: RestartOptions): Promise<Restarted> {
  const { run } = await import("../controller/run.ts");
  const { connection, daemonSet, settle, timeout, bundleDir, ignored, takeOver, yes } = options.values;
  return await captured(options, async (context, output) =>
    run(
      {
        ...output,
        connection,
        daemonSet,
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
        bundleDir: undefined,
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

import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, normalize, resolve as absolute, sep } from "node:path";
import { connectionError, userError } from "../../errors.ts";
import { decodeCredential, type ExecCredential } from "./exec-credential.ts";
import { lookPathOnWindows, spawnedOnWindows } from "./look-path.ts";
import type { KubeExec } from "./kubeconfig-file.ts";

/** An exec credential plugin as client-go runs one (plugin/pkg/client/auth/exec). */
export interface ExecPlugin {
  /** What the plugin said last, until that expires; else it is run. */
  readonly credential: () => Promise<ExecCredential>;
  /** Runs it again, unless it has been since it gave `used`. */
  readonly renew: (used: ExecCredential) => Promise<ExecCredential>;
}

export interface ExecOptions {
  readonly exec: KubeExec;
  /** KUBERNETES_EXEC_INFO's `spec.cluster`, where the kubeconfig has provideClusterInfo. */
  readonly cluster: object | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinTty: boolean;
  readonly parseYaml: (text: string) => unknown;
}

const versions = new Set(["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]);

/**
 * client-node runs plugins, too, but without KUBERNETES_EXEC_INFO, interactiveMode and installHint,
 * with their stderr swallowed, and reads the clock once only (kubernetes-client/javascript, exec_auth.ts;
 * the protocol: KEP-541).
 */
export function execPlugin(options: ExecOptions): ExecPlugin {
  const { exec } = options;
  if (!versions.has(exec.apiVersion ?? "")) {
    throw userError(`exec plugin: invalid apiVersion ${JSON.stringify(exec.apiVersion ?? "")}`);
  }
  let last: ExecCredential | undefined;
  let running: Promise<ExecCredential> | undefined;
  /** It may ask the user something: never two at once. */
  function once(): Promise<ExecCredential> {
    running ??= run(options)
      .then((credential) => (last = credential))
      .finally(() => (running = undefined));
    return running;
  }
  return {
    credential: async () => {
      const expired = last?.expires !== undefined && Date.now() > last.expires;
      return last === undefined || expired ? await once() : last;
    },
    renew: async (used) => (last !== undefined && last !== used ? last : await once()),
  };
}

async function run(options: ExecOptions): Promise<ExecCredential> {
  const { exec, cluster, env, stdinTty } = options;
  const mode = exec.interactiveMode ?? "IfAvailable";
  if (mode === "Always" && !stdinTty) {
    throw failure("exec plugin cannot support interactive mode: standard input is not a terminal");
  }
  const interactive = mode !== "Never" && stdinTty;
  const info = {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { ...(cluster === undefined ? {} : { cluster }), interactive },
  };
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]));
  const stdout = await output(exec, {
    interactive,
    own: env,
    env: { ...env, ...own, KUBERNETES_EXEC_INFO: `${JSON.stringify(info)}\n` },
  });
  try {
    return await decodeCredential(stdout, exec.apiVersion ?? "", options.parseYaml);
  } catch (error) {
    throw failure((error as Error).message);
  }
}

/** What it printed; its stderr, and the terminal if it may ask, are ours. */
function output(
  exec: KubeExec,
  how: { readonly interactive: boolean; readonly own: ExecOptions["env"]; readonly env: NodeJS.ProcessEnv },
): Promise<string> {
  const command = normalize(exec.command ?? "");
  return new Promise((resolve, reject) => {
    const found = executable(command, how.own);
    if (found === undefined) {
      reject(failure(notFound(command, exec.installHint)));
      return;
    }
    const args = exec.args ?? [];
    const run = onWindows ? spawnedOnWindows(found, args, how.own) : { file: found, args, verbatim: false };
    const child = spawn(run.file, run.args, {
      env: how.env,
      windowsVerbatimArguments: run.verbatim,
      stdio: [how.interactive ? "inherit" : "ignore", "pipe", "inherit"],
    });
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostBytes) return void chunks.push(chunk);
      child.stdout.destroy();
      child.kill("SIGKILL");
      reject(failure(`exec: executable ${command} printed more than 10 MiB, which is no credential`));
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const why = { ENOENT: "no such file or directory", EACCES: "permission denied" }[error.code ?? ""];
      reject(failure(`exec: fork/exec ${found}: ${why ?? error.message}`));
    });
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      // Go's exit code of a process that a signal ended is -1.
      else reject(failure(`exec: executable ${command} failed with exit code ${code ?? -1}`));
    });
  });
}

/** A plugin without an end would fill the memory. */
const mostBytes = 10 * 1024 ** 2;

const onWindows = sep === "\\";

/** kubectl looks on its own PATH, not on the one that the kubeconfig gives the plugin. */
function executable(command: string, env: ExecOptions["env"]): string | undefined {
  if (onWindows) return lookPathOnWindows(command, { env, cwd: absolute("."), isFile });
  if (command.includes(sep)) return command;
  return (env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find((each) => isFile(each) && isExecutable(each));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function notFound(command: string, hint: string | undefined): string {
  return `exec: executable ${command} not found

It looks like you are trying to use a client-go credential plugin that is not installed.

To learn more about this feature, consult the documentation available at:
      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins${hint ? `\n\n${withoutEscapes(hint)}` : ""}`;
}

/** A hint must not play with the terminal: client-go prints such characters as U+001B. */
function withoutEscapes(hint: string): string {
  return hint.replaceAll(
    /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t-\r]/gu,
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

function failure(what: string): Error {
  return connectionError(`Unable to connect to the server: getting credentials: ${what}`);
}

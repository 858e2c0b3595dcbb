/** The same case asked of kubectl and of us: one pod, by name. */
import { execFile } from "node:child_process";
import { Readable } from "node:stream";
import { Cli } from "clipanion";
import { connect } from "../../../src/cluster/connection/connect.ts";
import { pathOf } from "../../../src/cluster/paths.ts";
import { promptForLogin } from "../../../src/cluster/prompt.ts";
import { BaseCommand, flagsOf } from "../../../src/commands/base.ts";
import type { AppContext } from "../../../src/context.ts";
import { canonical, scan } from "../../../src/flags/scan.ts";
import { editYaml, parseYaml } from "../../../src/manifest/yaml.ts";
import { testContext } from "../../unit/flags/test-context.ts";
import type { Written } from "./write-case.ts";

export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A command that does what `kubectl get pod NAME -o name` does. */
class GetPod extends BaseCommand {
  static override readonly paths = [["get-pod"]];
  static override readonly help = { summary: "", examples: [] };
  static pod = "";

  protected async run(): Promise<number> {
    const { pod } = GetPod;
    const connection = await this.connect();
    const path = pathOf("api", "v1", "namespaces", connection.namespace, "pods", pod);
    const { body } = await connection.request({ method: "GET", path });
    const { name } = (body as { readonly metadata: { readonly name: string } }).metadata;
    this.context.stdout.write(`pod/${name}\n`);
    return 0;
  }
}

/** In this process: starting a program for each case would take most of the time. */
export async function askUs(written: Written, pod: string): Promise<Answer> {
  const before = process.cwd();
  process.chdir(written.folder);
  try {
    const { context, stdout, stderr } = testContext({
      connect: (values) =>
        connect(values, {
          env: written.env,
          parseYaml,
          editYaml,
          log: (line) => void context.stderr.write(`${line}\n`),
          warn: (text) => void context.stderr.write(`Warning: ${text}\n`),
          userAgent: "calico-upgrade-tests",
          pid: process.pid,
          stdinTty: false,
          login: () => promptForLogin({ stdin: Readable.from([]), stdout: context.stdout }),
        }),
    });
    GetPod.pod = pod;
    const result = scan(written.args, flagsOf(GetPod));
    if (!result.ok) throw new Error(result.message);
    const cli = Cli.from<AppContext>([GetPod], { binaryName: "x" });
    const command = cli.process({ input: ["get-pod", ...canonical(result.scanned)], context });
    const code = await command.execute();
    return { stdout: stdout(), stderr: stderr(), code: code ?? 0 };
  } finally {
    process.chdir(before);
  }
}

export function askKubectl(kubectl: string, written: Written, pod: string, cache: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      kubectl,
      ["get", "pod", pod, "-o", "name", ...written.args],
      {
        cwd: written.folder,
        env: { KUBECACHEDIR: cache, KUBERC: "off", ...written.env },
        timeout: 60_000,
      },
      (error, stdout, stderr) => {
        // Its own log.
        const own = stderr.split("\n").filter((line) => !/^E\d{4} /.test(line));
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        resolve({ stdout, stderr: own.join("\n"), code });
      },
    );
    child.stdin?.end();
  });
}

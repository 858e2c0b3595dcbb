/** The built kubectl on a test cluster. */
import { execFile } from "node:child_process";

export type KubectlResult = { readonly stdout: string; readonly stderr: string; readonly code: number };

export type KubectlOptions = {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
};

export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

/** Never throws for a failure of kubectl's: its code tells. */
export function kubectlFor(path: string, clusterEnv: NodeJS.ProcessEnv): Kubectl {
  return (args, { input = "", env = {}, timeoutMs = 60_000 } = {}) =>
    new Promise((resolve) => {
      const options = {
        env: { ...process.env, ...clusterEnv, ...env },
        timeout: timeoutMs,
        maxBuffer: 2 ** 28,
      };
      const child = execFile(path, args, options, (error, stdout, stderr) => {
        resolve({
          stdout,
          stderr,
          code: error === null ? 0 : typeof error.code === "number" ? error.code : 1,
        });
      });
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input);
    });
}

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifest, startWarmUpServer } from "./warm-up-server.ts";

/** What is run so that V8 compiles what most calls need; each run adds to the caches of the one before. */
const offline: readonly (readonly string[])[] = [
  ["--help"],
  ["status", "--help"],
  ["node", "--help"],
  ["__complete", "status", "--"],
  ["version", "-o", "json"],
  ["--version"],
];
const online: readonly (readonly string[])[] = [
  ["status"],
  ["status", "-o", "json"],
  ["node", "node-01"],
  ["node", "node-01", "--restart", "--dry-run=client"],
  ["node", "node-01", "-f", "calico.yaml", "--template-only", "--dry-run=client"],
];

/**
 * Leaves a code cache beside every chunk in `folder` that the calls above load. `node` is a command line:
 * an emulator may come first.
 * Under an emulator no server is asked: requests take so long there that what gets compiled depends on it.
 */
export async function warmUp(node: readonly string[], runner: string, folder: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "warm-up-"));
  const server = await startWarmUpServer();
  try {
    const kubeconfig = join(home, "config");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "here", user: "nobody" } }],
        clusters: [{ name: "here", cluster: { server: server.url } }],
        users: [{ name: "nobody", user: { token: "none" } }],
      }),
    );
    writeFileSync(join(home, "calico.yaml"), manifest);
    const env = { PATH: process.env["PATH"], HOME: home, KUBECONFIG: kubeconfig };
    const [command = "", ...first] = node;
    for (const call of first.length === 0 ? [...online, ...offline] : offline) {
      // The seed makes V8's hashes, and with them its cache, the same each time; no check of V8's looks at it.
      const args = [...first, "--random-seed=1", runner, folder, ...call];
      const status = await exitCode(command, args, env, home);
      if (status === 86) throw new Error(`V8 refuses the code cache that an earlier warm-up call left`);
      if (status === null) throw new Error(`the warm-up call "${call.join(" ")}" did not end by itself`);
    }
  } finally {
    server.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** null where it had to be ended, or could not be started. */
function exitCode(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  spawn(command, args, {
    env,
    cwd,
    stdio: process.env["WARM_UP_LOUD"] === undefined ? "ignore" : "inherit",
    timeout: 120_000,
  })
    .on("error", reject)
    .on("close", resolve);
  return promise;
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is run so that V8 compiles what most calls need; each run adds to the caches of the one before. */
const calls: readonly (readonly string[])[] = [
  ["--help"],
  ["status", "--help"],
  ["node", "--help"],
  ["status"],
  ["node", "node-01"],
  ["version", "-o", "json"],
  ["--version"],
];

/** Leaves a code cache beside every chunk in `folder` that the calls above load. */
export function warmUp(node: string, runner: string, folder: string): void {
  const home = mkdtempSync(join(tmpdir(), "warm-up-"));
  try {
    // Nobody listens on port 1: the calls end where the first answer would come.
    const kubeconfig = join(home, "config");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "nowhere",
        contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
        clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "nobody", user: { token: "none" } }],
      }),
    );
    for (const call of calls) {
      const { error, signal, status } = spawnSync(node, [runner, folder, ...call], {
        env: { PATH: process.env["PATH"], HOME: home, KUBECONFIG: kubeconfig },
        stdio: "ignore",
        timeout: 60_000,
      });
      if (error !== undefined || signal !== null) {
        throw new Error(`the warm-up call "${call.join(" ")}" did not end by itself`, { cause: error });
      }
      if (status === 86) throw new Error(`V8 refuses the code cache that an earlier warm-up call left`);
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

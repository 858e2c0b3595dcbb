/** A real bash, with the completion script that kubectl prints, on a line that somebody is typing. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { pluginEnv, runPlugin } from "./support/plugin.ts";
import { testCluster } from "./test-cluster.ts";

/**
 * What bash does when TAB is pressed. The first function stands in for the one of the bash-completion
 * package, on which kubectl's script counts and which a machine may not have.
 */
const pressTab = `
_get_comp_words_by_ref() {
  cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD
}
compopt() { :; }
source <(kubectl completion bash)
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=\${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
__start_kubectl
printf '%s\\n' "\${COMPREPLY[@]}"
`;

let cluster: Cluster;
let shims = "";

interface Completed {
  readonly words: readonly string[];
  readonly stderr: string;
}

/** The words that bash would offer; names without their descriptions. */
function tab(line: string, env: Readonly<Record<string, string>> = {}): Promise<Completed> {
  const { promise, resolve } = Promise.withResolvers<Completed>();
  const own = pluginEnv(cluster, { env });
  execFile(
    "bash",
    ["--norc", "-c", pressTab, "bash", "kubectl", "calico-upgrade", ...line.split(" ")],
    { env: { ...own, HOME: shims, PATH: `${shims}${delimiter}${own["PATH"] ?? ""}` } },
    (_error, stdout, stderr) => {
      const words = stdout.split("\n").flatMap((word) => word.trim().split(/\s+\(/)[0] || []);
      resolve({ words, stderr });
    },
  );
  return promise;
}

async function sorted(line: string): Promise<{ words: readonly string[]; stderr: string }> {
  const { words, stderr } = await tab(line);
  return { words: [...words].sort(), stderr };
}

beforeAll(async () => {
  cluster = await testCluster();
  shims = mkdtempSync(join(tmpdir(), "shims-"));
  const install = ["calico-upgrade", "completion", "install", "--dir", shims];
  await promisify(execFile)("kubectl", install, { env: pluginEnv(cluster) });
});

afterAll(async () => {
  rmSync(shims, { recursive: true, force: true });
  await cluster?.stop();
});

describe("TAB after kubectl calico-upgrade", () => {
  test.each([
    ["stat", ["status"]],
    ["status --show-l", ["--show-labels"]],
    ["status -o wi", ["wide"]],
    ["plan --to v3.29.7", ["v3.29.7"]],
    ["explain H16", ["H16"]],
    ["node node-0", ["node-01", "node-02", "node-03"]],
    ["node node-01 node-0", ["node-02", "node-03"]],
    ["node node/node-02 node/node-0", ["node/node-01", "node/node-03"]],
    ["status --namespace kube-s", ["kube-system"]],
    ["status -n kube-s", ["kube-system"]],
  ])("%s: %j", async (line, words) => {
    // A busy machine may not answer in time at once.
    await expect.poll(() => sorted(line), { timeout: 30_000 }).toEqual({ words, stderr: "" });
  });

  test("contexts of the kubeconfig, as kubectl offers them", async () => {
    const { words } = await tab("status --context ");
    const own = await cluster.kubectl(["config", "get-contexts", "-o", "name"]);
    expect(words).toEqual(own.stdout.trim().split("\n"));
  });
});

describe("names of the cluster", () => {
  const direct = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    runPlugin(cluster, ["__complete", ...args], { env });

  test("a node that is gone is offered no longer than a minute, without a question to the cluster", async () => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    const env = { HOME: home, KUBECACHEDIR: "" };
    const all = "node-01\nnode-02\nnode-03\n:4\n";
    const ask = async (): Promise<string> => (await direct(["node", ""], env)).stdout;
    await expect.poll(ask, { timeout: 30_000 }).toBe(all);
    const folder = join(home, ".kube/cache/calico-upgrade");
    const path = join(folder, readdirSync(folder)[0] ?? "");
    const cached = JSON.parse(readFileSync(path, "utf8")) as { at: number; names: string[] };
    expect(cached.names).toEqual(["node-01", "node-02", "node-03"]);
    writeFileSync(path, JSON.stringify({ ...cached, names: ["gone"] }));
    expect(await ask()).toBe("gone\n:4\n");
    writeFileSync(path, JSON.stringify({ at: cached.at - 61_000, names: ["gone"] }));
    await expect.poll(ask, { timeout: 30_000 }).toBe(all);
    rmSync(home, { recursive: true });
  });

  test("a server that accepts and never answers, or is not there, costs a moment and says nothing", async () => {
    const mute = createServer(() => undefined);
    const listening = Promise.withResolvers<undefined>();
    mute.listen(0, "127.0.0.1", () => {
      listening.resolve(undefined);
    });
    await listening.promise;
    const { port } = mute.address() as AddressInfo;
    for (const server of [
      `https://127.0.0.1:${port}`,
      "https://127.0.0.1:1",
      "https://no-such-host.invalid",
    ]) {
      const result = await direct(["node", "--server", server, ""], {
        HOME: "/nonexistent",
        KUBECACHEDIR: "",
      });
      expect(result).toEqual({ stdout: ":4\n", stderr: "", code: 0 });
    }
    mute.close();
  });

  test("a kubeconfig that is broken or missing is no reason to talk", async () => {
    for (const path of ["/nonexistent", "/dev/null", join(import.meta.dirname, "completion.test.ts")]) {
      const result = await direct(["node", "--kubeconfig", path, ""], {
        HOME: "/nonexistent",
        KUBECACHEDIR: "",
      });
      expect(result).toEqual({ stdout: ":4\n", stderr: "", code: 0 });
    }
  });
});

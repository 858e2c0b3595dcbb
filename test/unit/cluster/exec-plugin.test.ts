import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
  execPlugin,
  type ExecOptions,
  type ExecPlugin,
} from "../../../src/cluster/connection/exec-plugin.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";

const version = "client.authentication.k8s.io/v1";
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "exec-plugin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** A plugin that notes each run, and whose token says which run it was. */
async function plugin(
  status: string,
  exec: ExecOptions["exec"] = {},
  options: Partial<ExecOptions> = {},
): Promise<ExecPlugin> {
  const command = join(folder, "login");
  await writeFile(
    command,
    `#!/bin/sh
echo run >> '${folder}/runs'
run=$(wc -l < '${folder}/runs' | tr -d ' ')
printf %s "$KUBERNETES_EXEC_INFO" > '${folder}/info'
env > '${folder}/env'
cat <<END
{"kind":"ExecCredential","apiVersion":"${version}","status":${status}}
END
`,
  );
  await chmod(command, 0o755);
  return execPlugin({
    exec: { apiVersion: version, command, interactiveMode: "Never", ...exec },
    cluster: undefined,
    env: { PATH: process.env["PATH"] },
    stdinTty: false,
    parseYaml,
    ...options,
  });
}

const runs = async (): Promise<number> =>
  (await readFile(join(folder, "runs"), "utf8")).split("\n").length - 1;
const info = async (): Promise<unknown> => JSON.parse(await readFile(join(folder, "info"), "utf8"));

describe("how often the user's plugin is run", () => {
  test("once for a whole command, when its token has no end", async () => {
    const { credential } = await plugin('{"token":"t$run"}');
    const all = await Promise.all([credential(), credential(), credential()]);
    expect(all.map(({ token }) => token)).toEqual(["t1", "t1", "t1"]);
    expect((await credential()).token).toBe("t1");
    expect(await runs()).toBe(1);
  });

  test("once until expirationTimestamp", async () => {
    const { credential } = await plugin('{"token":"t$run","expirationTimestamp":"2999-01-01T00:00:00Z"}');
    await credential();
    expect((await credential()).token).toBe("t1");
  });

  test("again when that is over", async () => {
    const { credential } = await plugin('{"token":"t$run","expirationTimestamp":"2000-01-01T00:00:00Z"}');
    await credential();
    expect((await credential()).token).toBe("t2");
  });

  test("again after a 401, but once for all requests that got one", async () => {
    const { credential, renew } = await plugin('{"token":"t$run"}');
    const used = await credential();
    const fresh = await Promise.all([renew(used), renew(used)]);
    expect(fresh.map(({ token }) => token)).toEqual(["t2", "t2"]);
    expect((await renew(used)).token).toBe("t2");
    expect((await credential()).token).toBe("t2");
  });

  test("again after it failed", async () => {
    const { credential } = await plugin("null");
    await expect(credential()).rejects.toThrow("exec plugin didn't return a status field");
    await expect(credential()).rejects.toThrow("exec plugin didn't return a status field");
    expect(await runs()).toBe(2);
  });
});

describe("what the plugin is told", () => {
  test("the protocol's version, and that nobody can be asked", async () => {
    await (await plugin('{"token":"t"}')).credential();
    expect(await info()).toEqual({
      kind: "ExecCredential",
      apiVersion: version,
      spec: { interactive: false },
    });
  });

  test.each([
    ["Never", true, false],
    ["IfAvailable", true, true],
    ["IfAvailable", false, false],
    ["Always", true, true],
  ])("interactiveMode %s, on a terminal: %s", async (interactiveMode, stdinTty, interactive) => {
    await (await plugin('{"token":"t"}', { interactiveMode }, { stdinTty })).credential();
    expect(await info()).toMatchObject({ spec: { interactive } });
  });

  test("interactiveMode Always without a terminal is refused before it runs", async () => {
    const { credential } = await plugin('{"token":"t"}', { interactiveMode: "Always" });
    await expect(credential()).rejects.toThrow(
      "Unable to connect to the server: getting credentials: exec plugin cannot support interactive mode: standard input is not a terminal",
    );
    await expect(readFile(join(folder, "runs"), "utf8")).rejects.toThrow("ENOENT");
  });

  test("the cluster, where the kubeconfig says so", async () => {
    const cluster = { server: "https://k", config: null };
    await (await plugin('{"token":"t"}', {}, { cluster })).credential();
    expect(await info()).toMatchObject({ spec: { cluster } });
  });

  test("the kubeconfig's variables over the environment's", async () => {
    const exec = { env: [{ name: "MARK", value: "kubeconfig" }] };
    const env = { PATH: process.env["PATH"], MARK: "environment", OTHER: "kept" };
    await (await plugin('{"token":"t"}', exec, { env })).credential();
    const seen = await readFile(join(folder, "env"), "utf8");
    expect(seen).toContain("MARK=kubeconfig\n");
    expect(seen).toContain("OTHER=kept\n");
  });
});

test("a plugin that prints without an end is ended, and does not fill the memory", async () => {
  const command = join(folder, "endless");
  await writeFile(command, "#!/bin/sh\nexec cat /dev/zero\n");
  await chmod(command, 0o755);
  const { credential } = await plugin('{"token":"t"}', { command });
  await expect(credential()).rejects.toThrow(
    `Unable to connect to the server: getting credentials: exec: executable ${command} printed more than 10 MiB, which is no credential`,
  );
});

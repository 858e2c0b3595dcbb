import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { inClusterTarget } from "../../../src/cluster/connection/in-cluster.ts";
import { readKubeconfig } from "../../../src/cluster/connection/kubeconfig-file.ts";
import type { ConnectionSettings } from "../../../src/cluster/connection/settings.ts";
import { chooseTarget } from "../../../src/cluster/connection/target.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";
import { noFlags } from "./wire-server.ts";

/** What a pod has. No kubectl is asked: the folder is fixed there. */
let folder = "";
const pod = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
const other =
  "clusters: [{name: c, cluster: {server: 'https://k'}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "in-cluster-"));
  await writeFile(join(folder, "token"), "t");
  await writeFile(join(folder, "namespace"), "of-pod\n");
  onTestFinished(() => rm(folder, { recursive: true }));
});

async function target(
  flags: Partial<ConnectionSettings> = {},
  env: Readonly<Record<string, string>> = pod,
  config = "",
) {
  const entries = readKubeconfig(parseYaml(config), join(folder, "config"));
  return await inClusterTarget(chooseTarget(entries, { ...noFlags, ...flags }, env), env, folder);
}

test("a pod without a kubeconfig works with its service account, in its own namespace", async () => {
  expect(await target()).toMatchObject({
    cluster: { server: "https://10.0.0.1:443", "certificate-authority": join(folder, "ca.crt") },
    user: { tokenFile: join(folder, "token") },
    namespace: "of-pod",
  });
});

test("IPv6 clusters", async () => {
  const { cluster } = await target({}, { ...pod, KUBERNETES_SERVICE_HOST: "fd00::1" });
  expect(cluster.server).toBe("https://[fd00::1]:443");
});

test("--token, --certificate-authority and -n count in a pod, too", async () => {
  const ca = join(folder, "namespace");
  expect(await target({ token: "mine", certificateAuthority: ca, namespace: "n" })).toMatchObject({
    cluster: { server: "https://10.0.0.1:443", "certificate-authority": ca },
    user: { token: "mine" },
    namespace: "n",
  });
});

test("POD_NAMESPACE comes before the namespace of the service account", async () => {
  expect((await target({}, { ...pod, POD_NAMESPACE: "of-env" })).namespace).toBe("of-env");
});

test("a kubeconfig in a pod names the cluster; its context's namespace comes before the pod's", async () => {
  expect(await target({}, pod, other)).toMatchObject({
    cluster: { server: "https://k" },
    namespace: "of-pod",
  });
  const named = other.replace("{cluster: c}", "{cluster: c, namespace: of-context}");
  expect((await target({}, pod, named)).namespace).toBe("of-context");
});

test.each([
  ["an address", { server: "https://else" }, pod],
  ["no service host", {}, { KUBERNETES_SERVICE_PORT: "443" }],
])("%s: not the pod's own cluster", async (_what, flags, env) => {
  expect((await target(flags, env)).cluster.server).not.toContain("10.0.0.1");
});

test("no service account mounted: not the pod's own cluster", async () => {
  await rm(join(folder, "token"));
  expect(await target()).toMatchObject({
    cluster: { server: "http://localhost:8080" },
    namespace: undefined,
  });
});

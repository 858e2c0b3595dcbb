import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadKubeconfig } from "../../../src/cluster/connection/load-kubeconfig.ts";
import { chooseTarget } from "../../../src/cluster/connection/target.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";
import { noFlags } from "../cluster/wire-server.ts";
import { broken, brokenText, expectAnswerOrError, runs } from "./broken.ts";

const whole = {
  apiVersion: "v1",
  kind: "Config",
  "current-context": "a",
  preferences: {},
  clusters: [
    {
      name: "a",
      cluster: {
        server: "https://10.0.0.1:6443",
        "certificate-authority-data": "YQ==",
        "tls-server-name": "kubernetes",
        "proxy-url": "http://proxy:3128",
        extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }],
      },
    },
  ],
  contexts: [{ name: "a", context: { cluster: "a", user: "a", namespace: "shop" } }],
  users: [
    {
      name: "a",
      user: {
        token: "t",
        "client-certificate-data": "YQ==",
        "client-key-data": "YQ==",
        as: "admin",
        "as-groups": ["g"],
        "as-user-extra": { scopes: ["view"] },
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "login",
          args: ["--now"],
          env: [{ name: "A", value: "b" }],
          interactiveMode: "Never",
        },
        "auth-provider": { name: "oidc", config: { "idp-issuer-url": "https://issuer" } },
      },
    },
  ],
};

let path = "";
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "fuzz-kubeconfig-")), "config");
});
afterAll(() => rm(dirname(path), { recursive: true }));

async function read(text: string): Promise<void> {
  await writeFile(path, text);
  const env = { KUBECONFIG: path };
  chooseTarget(await loadKubeconfig("", { env, parseYaml, log: () => {} }), noFlags, env);
}

test("a whole kubeconfig is taken", async () => {
  await expect(
    read(JSON.stringify({ ...whole, users: [{ name: "a", user: { token: "t" } }] })),
  ).resolves.toBe(undefined);
});

test("a kubeconfig with anything in any place is read, or refused in a line", async () => {
  await assert(
    asyncProperty(broken(whole), (value) => expectAnswerOrError(() => read(JSON.stringify(value) ?? ""))),
    { numRuns: runs(150) },
  );
});

test("a kubeconfig that was cut or overwritten somewhere is read, or refused in a line", async () => {
  await assert(
    asyncProperty(brokenText(JSON.stringify(whole, undefined, 1)), (text) =>
      expectAnswerOrError(() => read(text)),
    ),
    { numRuns: runs(150) },
  );
});

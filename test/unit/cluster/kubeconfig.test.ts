import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadKubeconfig } from "../../../src/cluster/connection/load-kubeconfig.ts";
import type { ConnectionSettings } from "../../../src/cluster/connection/settings.ts";
import { chooseTarget, type ConnectionTarget } from "../../../src/cluster/connection/target.ts";
import { explain } from "../../../src/errors.ts";
import { parseYaml } from "../../../src/manifest/yaml.ts";
import { noFlags } from "./wire-server.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubeconfig-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function target(
  env: Readonly<Record<string, string>>,
  flags: Partial<ConnectionSettings> = {},
): Promise<ConnectionTarget> {
  const settings = { ...noFlags, ...flags };
  const entries = await loadKubeconfig(settings.kubeconfig ?? "", { env, parseYaml, log: () => {} });
  return chooseTarget(entries, settings, env);
}

async function refusal(
  env: Readonly<Record<string, string>>,
  flags: Partial<ConnectionSettings> = {},
): Promise<string> {
  return await target(env, flags).then(() => expect.fail("it was accepted"), explain);
}

/** A context `name` with a cluster and a user of the same name. */
function entry(name: string, cluster: string, user = "token: t", namespace = ""): string {
  return `
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: "${namespace}"}}]
clusters: [{name: ${name}, cluster: {${cluster}}}]
users: [{name: ${name}, user: {${user}}}]`;
}

describe("which files count", () => {
  test("in a KUBECONFIG list missing files are skipped and the first one that has something wins", async () => {
    const a = await file("a", entry("x", "server: https://a", "token: a", "first"));
    const b = await file("b", entry("x", "server: https://b, tls-server-name: b", "token: b", "second"));
    const list = [join(folder, "missing"), a, "", b].join(delimiter);
    const chosen = await target({ KUBECONFIG: list });
    expect(chosen).toMatchObject({
      cluster: { server: "https://a" },
      user: { token: "a" },
      namespace: "first",
      namespaceGiven: false,
    });
    // Entries are never mixed.
    expect(chosen.cluster["tls-server-name"]).toBeUndefined();
    expect((await target({ KUBECONFIG: [b, a].join(delimiter) })).cluster.server).toBe("https://b");
  });

  test("current-context comes from the first file that has one", async () => {
    const without = await file("without", "clusters: []");
    const empty = await file("empty", "");
    const a = await file("a2", entry("x", "server: https://a"));
    expect((await target({ KUBECONFIG: [empty, without, a].join(delimiter) })).cluster.server).toBe(
      "https://a",
    );
  });

  test("~/.kube/config without KUBECONFIG, and --kubeconfig instead of both", async () => {
    await file("home/.kube/config", entry("h", "server: https://home"));
    const other = await file("other", entry("o", "server: https://other"));
    const home = { HOME: join(folder, "home") };
    expect((await target(home)).cluster.server).toBe("https://home");
    expect((await target({ ...home, KUBECONFIG: other })).cluster.server).toBe("https://other");
    expect((await target({ KUBECONFIG: "/nope" }, { kubeconfig: other })).cluster.server).toBe(
      "https://other",
    );
  });

  test("nothing at all is localhost:8080, as kubectl has it", async () => {
    expect(await target({})).toMatchObject({
      cluster: { server: "http://localhost:8080" },
      namespace: undefined,
      isDefault: true,
    });
    expect((await target({ KUBERNETES_MASTER: "http://m:1" })).cluster.server).toBe("http://m:1");
  });

  test("paths are relative to the file, not to where the command runs", async () => {
    await file("sub/ca.pem", "ca");
    const path = await file(
      "sub/config",
      entry("x", "server: https://x, certificate-authority: ca.pem", "tokenFile: ../token"),
    );
    const chosen = await target({ KUBECONFIG: path });
    expect(chosen.cluster["certificate-authority"]).toBe(join(folder, "sub/ca.pem"));
    expect(chosen.user.tokenFile).toBe(join(folder, "token"));
    const exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./login}";
    const plugin = await file("sub/exec", entry("x", "server: https://x", exec));
    expect((await target({ KUBECONFIG: plugin })).user.exec?.command).toBe(join(folder, "sub/login"));
    const onPath = await file("sub/exec2", entry("x", "server: https://x", exec.replace("./", "")));
    expect((await target({ KUBECONFIG: onPath })).user.exec?.command).toBe("login");
  });

  test("a broken entry that is not used harms nobody", async () => {
    const path = await file(
      "unused",
      `
current-context: x
contexts: [{name: x, context: {cluster: x, user: x}}, {name: dead}]
clusters: [{name: dead, cluster: {certificate-authority: nope.pem}}, {name: none}, {name: x, cluster: {server: "https://x"}}]
users: [{name: dead, user: {client-certificate: nope.pem}}, {name: x, user: {token: t}}]`,
    );
    expect((await target({ KUBECONFIG: path })).cluster.server).toBe("https://x");
  });
});

describe("what flags change", () => {
  const config = async () =>
    await file(
      "flags",
      `
current-context: x
contexts: [{name: x, context: {cluster: x, user: x, namespace: nx}}, {name: z, context: {cluster: z, user: z}}]
clusters:
- {name: x, cluster: {server: "https://x", certificate-authority-data: Y2E=, tls-server-name: name}}
- {name: z, cluster: {server: "https://z"}}
users: [{name: x, user: {client-certificate-data: YQ==, client-key-data: Yg==}}, {name: z, user: {token: tz}}]`,
    );

  test("--context, --cluster, --user and -n choose entries", async () => {
    const env = { KUBECONFIG: await config() };
    expect(await target(env, { context: "z" })).toMatchObject({
      cluster: { server: "https://z" },
      user: { token: "tz" },
      namespace: undefined,
    });
    expect(await target(env, { cluster: "z", namespace: "n" })).toMatchObject({
      cluster: { server: "https://z" },
      user: { "client-key-data": "Yg==" },
      namespace: "n",
      namespaceGiven: true,
    });
    expect((await target(env, { user: "z" })).user).toEqual({ token: "tz" });
  });

  test("--server takes the certificate name of the file away, --insecure-skip-tls-verify its authority", async () => {
    const env = { KUBECONFIG: await config() };
    const { cluster } = await target(env, { server: "https://w" });
    expect(cluster).toEqual({ server: "https://w", "certificate-authority-data": "Y2E=" });
    expect((await target(env, { insecureSkipTlsVerify: true })).cluster).toEqual({
      server: "https://x",
      "insecure-skip-tls-verify": true,
      "tls-server-name": "name",
    });
    const ca = await file("own-ca.pem", "ca");
    const trusted = (await target(env, { certificateAuthority: ca, tlsServerName: "other" })).cluster;
    expect(trusted).toEqual({ server: "https://x", "certificate-authority": ca, "tls-server-name": "other" });
  });

  test("--token beside the file's client certificate; --as with groups", async () => {
    const env = { KUBECONFIG: await config() };
    const { user } = await target(env, {
      token: "t",
      as: "jane",
      asGroup: ["g"],
      asUserExtra: ["k=a=b", "k=c"],
    });
    expect(user).toMatchObject({
      token: "t",
      "client-key-data": "Yg==",
      as: "jane",
      "as-groups": ["g"],
      "as-user-extra": { k: ["a=b", "c"] },
    });
  });
});

describe("what is refused, in kubectl's words", () => {
  test.each<[string, Partial<ConnectionSettings>, string]>([
    [
      "a context that does not exist",
      { context: "nope" },
      "Error in configuration: context was not found for specified context: nope",
    ],
    ["the same with -n", { context: "nope", namespace: "x" }, 'error: context "nope" does not exist'],
    ["a user that does not exist", { user: "nope" }, 'error: auth info "nope" does not exist'],
    ["a cluster that does not exist", { cluster: "nope" }, 'error: no server found for cluster "nope"'],
    ["the same with -n ", { cluster: "nope", namespace: "x" }, 'error: cluster "nope" does not exist'],
    [
      "two ways to log in",
      { username: "a", password: "b" },
      "error: more than one authentication method found for x; found [token basicAuth], only one is allowed",
    ],
    [
      "groups without a user",
      { asGroup: ["g"] },
      "error: requesting uid, groups or user-extra for x without impersonating a user",
    ],
    [
      "an authority that cannot be read",
      { certificateAuthority: "/nope/ca" },
      "error: unable to read certificate-authority /nope/ca for x due to open /nope/ca: no such file or directory",
    ],
    [
      "several at once",
      { certificateAuthority: "/nope/ca", asUid: "1" },
      "Error in configuration: \n* requesting uid, groups or user-extra for x without impersonating a user\n* unable to read certificate-authority /nope/ca for x due to open /nope/ca: no such file or directory",
    ],
  ])("%s", async (_what, flags, words) => {
    const path = await file("refused", entry("x", "server: https://x"));
    expect(await refusal({ KUBECONFIG: path }, flags)).toBe(words);
  });

  test.each<[string, string, string]>([
    [
      "a certificate without a key",
      "client-certificate-data: YQ==",
      "client-key-data or client-key must be specified for x to use the clientCert authentication method.",
    ],
    [
      "a plugin without a command",
      "exec: {apiVersion: client.authentication.k8s.io/v1beta1}",
      "command must be specified for x to use exec authentication plugin",
    ],
    [
      "a plugin of v1 that does not say whether it asks questions",
      "exec: {apiVersion: client.authentication.k8s.io/v1, command: c}",
      "interactiveMode must be specified for x to use exec authentication plugin",
    ],
  ])("%s", async (_what, user, words) => {
    const path = await file("refused2", entry("x", "server: https://x", user));
    expect(await refusal({ KUBECONFIG: path })).toBe(`error: ${words}`);
  });

  test("a file that is named and missing, not YAML, of another kind, or a folder", async () => {
    expect(await refusal({}, { kubeconfig: "/nope/x" })).toBe(
      "error: stat /nope/x: no such file or directory",
    );
    const broken = await file("broken", "a: b: c\n");
    expect(await refusal({ KUBECONFIG: broken })).toBe(
      `error: error loading config file "${broken}": yaml: line 1: nested mappings are not allowed in compact mappings`,
    );
    const wrong = await file("pod", "apiVersion: v1\nkind: Pod\n");
    expect(await refusal({ KUBECONFIG: wrong })).toContain('no kind "Pod" is registered for version "v1"');
    expect(await refusal({ KUBECONFIG: folder })).toContain(`read ${folder}: is a directory`);
    const twice = await file("twice", "users: [{name: a, user: {}}, {name: a, user: {}}]");
    expect(await refusal({ KUBECONFIG: twice })).toContain('duplicate name "a" in users');
  });

  test("a number where text belongs, as in kubectl, instead of a request without the token", async () => {
    const path = await file("number", entry("x", "server: https://x", "token: 12345"));
    expect(await refusal({ KUBECONFIG: path })).toContain("users.user.token must be text, not a number");
  });

  test("a proxy that no client speaks to", async () => {
    const path = await file("proxy", entry("x", "server: https://x, proxy-url: ftp://p"));
    expect(await refusal({ KUBECONFIG: path })).toBe(
      `error: invalid 'proxy-url' "ftp://p" for cluster "x": unsupported scheme "ftp", must be http, https, or socks5`,
    );
  });
});

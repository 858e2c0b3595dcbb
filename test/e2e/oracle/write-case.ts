/** A drawn case as files, arguments and environment. */
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { delimiter, join } from "node:path";
import { stringify } from "yaml";
import type { Pem } from "../../cluster/certificates.ts";
import type { ApiServers } from "./api-servers.ts";
import type { Case } from "./draw-case.ts";

export interface World {
  readonly ports: ApiServers["ports"];
  readonly authority: { readonly a: Pem; readonly b: Pem };
  readonly client: Pem;
  readonly otherClient: Pem;
}

export interface Written {
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export async function writeCase(drawn: Case, folder: string, world: World): Promise<Written> {
  await mkdir(join(folder, "home", ".kube"), { recursive: true });
  await mkdir(join(folder, "bin"));
  await mkdir(join(folder, "sub"));
  await writeMaterial(folder, world);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    ...current(drawn),
    contexts: [
      { name: "c", context: contextOf(drawn) },
      { name: "second", context: { cluster: "second", user: "second", namespace: "of-second" } },
    ],
    clusters: [
      { name: "c", cluster: clusterOf(drawn, folder, world) },
      {
        name: "second",
        cluster: {
          server: `https://127.0.0.1:${world.ports.b}`,
          "certificate-authority-data": base64(world.authority.b.certificate),
        },
      },
    ],
    users: [
      { name: "u", user: await userOf(drawn, folder, world) },
      { name: "second", user: { token: "of-second" } },
    ],
  };
  const { args, env } = await lay(drawn, folder, config);
  return {
    folder,
    args: [...args, ...flagsOf(drawn, folder, world)],
    env: {
      HOME: join(folder, "home"),
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      ...env,
      ...environmentOf(drawn, world),
    },
  };
}

/** A kubeconfig as it stands, with SERVER and AUTHORITY filled in. */
export async function writeText(text: string, folder: string, world: World): Promise<Written> {
  await mkdir(folder, { recursive: true });
  const filled = text
    .replaceAll("SERVER", `https://127.0.0.1:${world.ports.a}`)
    .replaceAll("AUTHORITY", base64(world.authority.a.certificate));
  await writeFile(join(folder, "config"), filled);
  return { folder, args: [], env: { HOME: folder, KUBECONFIG: join(folder, "config") } };
}

async function writeMaterial(folder: string, { authority, client, otherClient }: World): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    "a.pem": authority.a.certificate,
    "b.pem": authority.b.certificate,
    "client.pem": client.certificate,
    "client.key": client.key,
    "other.key": otherClient.key,
    token: "from-file",
    "token-with-newline": "from-file\n",
    empty: "",
    "not-pem": "this is no certificate\n",
    "broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
}

function current({ context: { current } }: Case): object {
  const names = { set: "c", second: "second", missing: "gone", none: undefined };
  return current === "none" ? {} : { "current-context": names[current] };
}

function contextOf({ context }: Case): object {
  return {
    ...(context.cluster === "none" ? {} : { cluster: context.cluster === "set" ? "c" : "gone" }),
    ...(context.user === "none" ? {} : { user: context.user === "set" ? "u" : "gone" }),
    ...(context.namespace === "none"
      ? {}
      : { namespace: context.namespace === "set" ? "of-context" : "default" }),
  };
}

function clusterOf({ cluster }: Case, folder: string, { ports, authority }: World): object {
  const servers: Readonly<Record<typeof cluster.server, string | undefined>> = {
    a: `https://127.0.0.1:${ports.a}`,
    localhost: `https://localhost:${ports.a}`,
    name: `https://${hostname()}:${ports.a}`,
    prefix: `https://127.0.0.1:${ports.a}/prefix`,
    slash: `https://127.0.0.1:${ports.a}/prefix/`,
    ipv6: `https://[::1]:${ports.ipv6}`,
    old: `https://127.0.0.1:${ports.old}`,
    oldName: `https://localhost:${ports.old}`,
    nameless: `https://127.0.0.1:${ports.nameless}`,
    namelessName: `https://localhost:${ports.nameless}`,
    plain: `http://127.0.0.1:${ports.plain}`,
    bare: `127.0.0.1:${ports.plain}`,
    bareName: `localhost:${ports.plain}`,
    dead: "https://127.0.0.1:1",
    query: `https://127.0.0.1:${ports.a}/prefix?x=1#y`,
    userinfo: `https://me:secret@127.0.0.1:${ports.a}`,
    capital: `HTTPS://127.0.0.1:${ports.a}`,
    absent: undefined,
    path: "foo/bar",
    ftp: "ftp://127.0.0.1",
    space: "https://127.0.0.1 :1",
    port: "https://127.0.0.1:port",
    empty: "",
  };
  const good = base64(authority.a.certificate);
  const trust: Readonly<Record<typeof cluster.authority, object>> = {
    data: { "certificate-authority-data": good },
    file: { "certificate-authority": join(folder, "a.pem") },
    relative: { "certificate-authority": "a.pem" },
    other: { "certificate-authority": "b.pem" },
    missing: { "certificate-authority": "gone.pem" },
    none: {},
    insecure: { "insecure-skip-tls-verify": true },
    insecureAndData: { "insecure-skip-tls-verify": true, "certificate-authority-data": good },
    fileAndData: { "certificate-authority": "a.pem", "certificate-authority-data": good },
    notBase64: { "certificate-authority-data": "%%%" },
    notPem: { "certificate-authority-data": base64("this is no certificate\n") },
    emptyFile: { "certificate-authority": "empty" },
    brokenPem: { "certificate-authority": "broken.pem" },
    folder: { "certificate-authority": "sub" },
  };
  const proxies: Readonly<Record<typeof cluster.proxy, string | undefined>> = {
    none: undefined,
    http: `http://127.0.0.1:${ports.proxy}`,
    https: `https://127.0.0.1:${ports.tlsProxy}`,
    socks: `socks5://127.0.0.1:${ports.socks}`,
    socks5h: `socks5h://127.0.0.1:${ports.socks}`,
    refusing: `http://127.0.0.1:${ports.refusing}`,
    dead: "http://127.0.0.1:1",
    deadSocks: "socks5://127.0.0.1:1",
    ftp: "ftp://127.0.0.1:1",
    bare: `127.0.0.1:${ports.proxy}`,
    unparsable: "http://[::1",
    credentials: `http://me:pass@127.0.0.1:${ports.proxy}`,
  };
  const proxy = proxies[cluster.proxy];
  const server = servers[cluster.server];
  return {
    ...(server === undefined ? {} : { server }),
    ...trust[cluster.authority],
    ...(cluster.tlsServerName === "none"
      ? {}
      : {
          "tls-server-name": cluster.tlsServerName === "wrong" ? "wrong.example.org" : "kubernetes",
        }),
    ...(proxy === undefined ? {} : { "proxy-url": proxy }),
    ...(cluster.disableCompression === "given" ? { "disable-compression": true } : {}),
    extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "x" } }],
  };
}

async function userOf({ user }: Case, folder: string, { client }: World): Promise<object> {
  const tokens: Readonly<Record<typeof user.token, object>> = {
    none: {},
    good: { token: "good" },
    unknown: { token: "unknown" },
    forbidden: { token: "forbidden" },
    newline: { token: "good\n" },
    number: { token: 12_345 },
  };
  const tokenFiles: Readonly<Record<typeof user.tokenFile, object>> = {
    none: {},
    relative: { tokenFile: "token" },
    absolute: { tokenFile: join(folder, "token") },
    missing: { tokenFile: "gone" },
    empty: { tokenFile: "empty" },
    newline: { tokenFile: "token-with-newline" },
    folder: { tokenFile: "sub" },
  };
  const basics: Readonly<Record<typeof user.basic, object>> = {
    none: {},
    both: { username: "me", password: "se:cret" },
    username: { username: "me" },
    password: { password: "secret" },
  };
  const certificate = base64(client.certificate);
  const key = base64(client.key);
  const certificates: Readonly<Record<typeof user.certificate, object>> = {
    none: {},
    data: { "client-certificate-data": certificate, "client-key-data": key },
    file: {
      "client-certificate": join(folder, "client.pem"),
      "client-key": join(folder, "client.key"),
    },
    relative: { "client-certificate": "client.pem", "client-key": "./client.key" },
    noKey: { "client-certificate": "client.pem" },
    missing: { "client-certificate": "gone.pem", "client-key": "client.key" },
    missingKey: { "client-certificate": "client.pem", "client-key": "gone.key" },
    both: {
      "client-certificate": "client.pem",
      "client-certificate-data": certificate,
      "client-key": "client.key",
      "client-key-data": key,
    },
    keyOnly: { "client-key": "client.key" },
    notPem: { "client-certificate": "not-pem", "client-key": "client.key" },
    otherKey: { "client-certificate": "client.pem", "client-key": "other.key" },
    notBase64: { "client-certificate-data": "%%%", "client-key-data": key },
  };
  const extra = { scopes: ["view", "edit"], "example.org/Some%Thing ö": ["x"] };
  const impersonations: Readonly<Record<typeof user.as, object>> = {
    none: {},
    user: { as: "jane" },
    groups: { as: "jane", "as-groups": ["one", "two"] },
    uid: { as: "jane", "as-uid": "7" },
    extra: { as: "jane", "as-user-extra": { scopes: ["view"] } },
    oddExtra: { as: "jane", "as-user-extra": extra },
    groupsOnly: { "as-groups": ["one"] },
    uidOnly: { "as-uid": "7" },
    extraOnly: { "as-user-extra": { scopes: ["view"] } },
  };
  return {
    ...tokens[user.token],
    ...tokenFiles[user.tokenFile],
    ...basics[user.basic],
    ...certificates[user.certificate],
    ...impersonations[user.as],
    ...(await execOf(user.exec, folder, client)),
    ...providerOf(user.provider),
  };
}

async function execOf(label: Case["user"]["exec"], folder: string, client: Pem): Promise<object> {
  if (label === "none") return {};
  const version = "client.authentication.k8s.io/v1";
  const beta = "client.authentication.k8s.io/v1beta1";
  const pair = { clientCertificateData: client.certificate, clientKeyData: client.key };
  const credential = (status: object, apiVersion = version, kind = "ExecCredential") =>
    JSON.stringify({ kind, apiVersion, status });
  const says = (text: string, lines = "") => `#!/bin/sh\n${lines}\ncat <<'END'\n${text}\nEND\n`;
  const token = credential({ token: "of-plugin" });
  /** The protocol's own variable goes into the token, for the server to see. */
  const echo = `#!/bin/sh
token=$(printf %s "$KUBERNETES_EXEC_INFO$MARK$*" | base64 | tr -d '\\n')
echo '{"kind":"ExecCredential","apiVersion":"${version}","status":{"token":"'"$token"'"}}'
`;
  const scripts: Readonly<Partial<Record<typeof label, string>>> = {
    v1beta1: says(credential({ token: "of-plugin" }, beta)),
    clusterInfo: echo,
    env: echo,
    args: echo,
    exit: "#!/bin/sh\nexit 3\n",
    garbage: says("no JSON"),
    silent: "#!/bin/sh\n",
    otherVersion: says(credential({ token: "x" }, beta)),
    noStatus: says(JSON.stringify({ kind: "ExecCredential", apiVersion: version })),
    noToken: says(credential({})),
    certificate: says(credential(pair)),
    certificateOnly: says(credential({ clientCertificateData: client.certificate })),
    brokenCertificate: says(credential({ clientCertificateData: "x", clientKeyData: "y" })),
    expired: says(credential({ token: "of-plugin", expirationTimestamp: "2020-01-01T00:00:00Z" })),
    otherKind: says(credential({ token: "x" }, version, "Other")),
    unknown: says(credential({ token: "unknown" })),
  };
  const path = join(folder, "bin", "login");
  await writeFile(path, scripts[label] ?? says(token));
  await chmod(path, label === "notExecutable" ? 0o644 : 0o755);
  const usual = { apiVersion: version, command: path, interactiveMode: "Never" };
  const special: Readonly<Partial<Record<typeof label, object>>> = {
    v1beta1: { apiVersion: beta, interactiveMode: undefined },
    relative: { command: "./bin/login" },
    onPath: { command: "login" },
    clusterInfo: { provideClusterInfo: true },
    env: { env: [{ name: "MARK", value: "from-kubeconfig" }] },
    args: { args: ["one", "two words"] },
    missing: { command: "calico-upgrade-no-such-plugin", installHint: "get it\u001B[1m there" },
    missingPath: { command: "./gone/login", installHint: "get it there" },
    noMode: { interactiveMode: undefined },
    badMode: { interactiveMode: "Sometimes" },
    always: { interactiveMode: "Always" },
    noCommand: { command: undefined },
    noVersion: { apiVersion: undefined },
    alpha: { apiVersion: "client.authentication.k8s.io/v1alpha1" },
    oddVersion: { apiVersion: "example.org/v1" },
    namelessEnv: { env: [{ name: "", value: "x" }] },
  };
  return { exec: JSON.parse(JSON.stringify({ ...usual, ...special[label] })) as object };
}

function providerOf(label: Case["user"]["provider"]): object {
  const jwt = (exp: number) =>
    ["{}", JSON.stringify({ exp }), "signature"]
      .map((part) => Buffer.from(part).toString("base64url"))
      .join(".");
  const oidc = { "idp-issuer-url": "https://127.0.0.1:1", "client-id": "id" };
  const configs: Readonly<Record<typeof label, object | undefined>> = {
    none: undefined,
    oidc: { name: "oidc", config: { ...oidc, "id-token": jwt(4_000_000_000) } },
    unknown: { name: "example" },
    gcp: { name: "gcp" },
    azure: { name: "azure" },
    oidcIncomplete: { name: "oidc", config: { "id-token": jwt(4_000_000_000) } },
    oidcExpired: { name: "oidc", config: { ...oidc, "id-token": jwt(1_000_000_000) } },
    oidcNoToken: { name: "oidc", config: { ...oidc, "refresh-token": "r" } },
    oidcBad: { name: "oidc", config: { ...oidc, "id-token": "a.b" } },
    oidcNoClient: { name: "oidc", config: { "idp-issuer-url": "https://127.0.0.1:1" } },
  };
  return configs[label] === undefined ? {} : { "auth-provider": configs[label] };
}

interface Layed {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function lay(
  { layout }: Case,
  folder: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Layed> {
  const at = (name: string) => join(folder, name);
  const write = (name: string, value: unknown) =>
    writeFile(at(name), typeof value === "string" ? value : JSON.stringify(value, undefined, 1));
  const list = (...names: readonly string[]): Layed => ({
    args: [],
    env: { KUBECONFIG: names.map((name) => (name === "" ? "" : at(name))).join(delimiter) },
  });
  /** Other entries under the same names. */
  const other = {
    "current-context": "second",
    contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "of-other" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { token: "of-other" } }],
  };
  await write("config", config);
  switch (layout) {
    case "env":
      return list("config");
    case "flag":
      return { args: ["--kubeconfig", at("config")], env: { KUBECONFIG: "/nope" } };
    case "relativeFlag":
      return { args: ["--kubeconfig=config"], env: {} };
    case "home":
      await write("home/.kube/config", config);
      // Paths in it are relative to where it lies.
      await Promise.all(
        ["a.pem", "b.pem", "token", "client.pem", "client.key"].map((name) => link(folder, name)),
      );
      return { args: [], env: {} };
    case "missingFirst":
      return list("gone", "config");
    case "split":
      await write("contexts", { "current-context": config["current-context"], contexts: config["contexts"] });
      await write("clusters", { clusters: config["clusters"] });
      await write("users", { users: config["users"], "current-context": "second" });
      return list("contexts", "clusters", "users");
    case "otherFirst":
      await write("other", other);
      return list("other", "config");
    case "otherLast":
      await write("other", other);
      return list("config", "other");
    case "withBroken":
      await write("broken", "a: b: c\n");
      return list("config", "broken");
    case "twoBroken":
      await write("broken", "a: b: c\n");
      await write("pod", { apiVersion: "v1", kind: "Pod" });
      return list("broken", "config", "pod");
    case "withEmpty":
      return list("empty", "config");
    case "twice":
      return list("config", "config");
    case "relativeList":
      return { args: [], env: { KUBECONFIG: `gone${delimiter}config` } };
    case "emptyEntry":
      return list("", "config", "");
    case "folder":
      return list("sub", "config");
    case "missingFlag":
      return { args: ["--kubeconfig", at("gone")], env: {} };
    case "none":
      return { args: [], env: {} };
    case "onlyMissing":
      return list("gone", "gone-too");
    case "unused":
      await write("config", {
        ...config,
        users: [...(config["users"] as object[]), { name: "x", user: { exec: {} } }, { name: "y" }],
        clusters: [
          { name: "x", cluster: { "certificate-authority": "gone", "proxy-url": ":" } },
          ...(config["clusters"] as object[]),
        ],
        preferences: { colors: true },
        "no-such-field": 1,
      });
      return list("config");
    case "block":
      await write("config", `# a comment\n---\n${stringify(config)}`);
      return list("config");
  }
}

async function link(folder: string, name: string): Promise<void> {
  await copyFile(join(folder, name), join(folder, "home", ".kube", name));
}

function flagsOf({ flags }: Case, folder: string, { ports }: World): string[] {
  const at = (name: string) => join(folder, name);
  const servers: Readonly<Record<typeof flags.server, string[]>> = {
    none: [],
    a: ["-s", `https://127.0.0.1:${ports.a}`],
    b: [`--server=https://127.0.0.1:${ports.b}`],
    plain: ["-s", `http://127.0.0.1:${ports.plain}`],
    dead: ["--server", "https://127.0.0.1:1"],
    bad: ["-s", "foo/bar"],
    empty: ["--server="],
  };
  const contexts = {
    none: [],
    c: ["--context=c"],
    second: ["--context", "second"],
    missing: ["--context=gone"],
    empty: ["--context="],
  };
  const clusters = { none: [], second: ["--cluster=second"], missing: ["--cluster=gone"] };
  const users = { none: [], second: ["--user=second"], missing: ["--user", "gone"] };
  const namespaces = { none: [], given: ["-n", "given"], equals: ["-n=given"], empty: ["--namespace="] };
  const tokens = { none: [], given: ["--token=of-flag"], empty: ["--token="] };
  const authorities = {
    none: [],
    a: [`--certificate-authority=${at("a.pem")}`],
    b: ["--certificate-authority=b.pem"],
    missing: ["--certificate-authority=gone.pem"],
  };
  const insecure = {
    none: [],
    given: ["--insecure-skip-tls-verify"],
    false: ["--insecure-skip-tls-verify=false"],
  };
  const names = {
    none: [],
    kubernetes: ["--tls-server-name=kubernetes"],
    wrong: ["--tls-server-name=wrong.example.org"],
  };
  const certificates = {
    none: [],
    pair: [`--client-certificate=${at("client.pem")}`, `--client-key=${at("client.key")}`],
    certificateOnly: [`--client-certificate=${at("client.pem")}`],
    keyOnly: [`--client-key=${at("client.key")}`],
    missing: ["--client-certificate=gone.pem", `--client-key=${at("client.key")}`],
  };
  const impersonations = {
    none: [],
    user: ["--as=of-flag"],
    all: [
      "--as=of-flag",
      "--as-uid=1",
      "--as-group=g1",
      "--as-group=g2",
      "--as-user-extra=k=v=w",
      "--as-user-extra=k=x",
    ],
    groupOnly: ["--as-group=g1"],
    badExtra: ["--as=of-flag", "--as-user-extra=k"],
  };
  const timeouts = {
    none: [],
    seconds: ["--request-timeout=30"],
    duration: ["--request-timeout=1m"],
    bad: ["--request-timeout=1x"],
    zero: ["--request-timeout=0"],
    negative: ["--request-timeout=-1"],
    fraction: ["--request-timeout=1.5"],
  };
  return [
    ...servers[flags.server],
    ...contexts[flags.context],
    ...clusters[flags.cluster],
    ...users[flags.user],
    ...namespaces[flags.namespace],
    ...tokens[flags.token],
    ...(flags.username === "none" ? [] : ["--username=of-flag"]),
    ...(flags.password === "none" ? [] : ["--password=of-flag"]),
    ...authorities[flags.authority],
    ...insecure[flags.insecure],
    ...names[flags.tlsServerName],
    ...certificates[flags.certificate],
    ...impersonations[flags.as],
    ...timeouts[flags.timeout],
    ...(flags.disableCompression === "given" ? ["--disable-compression"] : []),
    ...(flags.matchServerVersion === "given" ? ["--match-server-version"] : []),
  ];
}

function environmentOf({ environment }: Case, { ports }: World): Record<string, string> {
  const proxies: Readonly<Record<typeof environment.proxy, Record<string, string>>> = {
    none: {},
    https: { HTTPS_PROXY: `http://127.0.0.1:${ports.proxy}` },
    lower: { https_proxy: `http://127.0.0.1:${ports.proxy}` },
    http: { HTTP_PROXY: `http://127.0.0.1:${ports.proxy}` },
    dead: { HTTPS_PROXY: "http://127.0.0.1:1" },
    bare: { HTTPS_PROXY: `127.0.0.1:${ports.proxy}` },
    socks: { HTTPS_PROXY: `socks5://127.0.0.1:${ports.socks}` },
    unparsable: { HTTPS_PROXY: "http://[::1" },
  };
  const exceptions: Readonly<Record<typeof environment.noProxy, Record<string, string>>> = {
    none: {},
    host: { NO_PROXY: hostname() },
    star: { NO_PROXY: "*" },
    other: { NO_PROXY: "example.org, 10.0.0.1" },
    domain: { NO_PROXY: `.${hostname()}` },
    port: { no_proxy: `${hostname()}:${ports.a}` },
    cidr: { NO_PROXY: "127.0.0.0/8" },
  };
  const masters: Readonly<Record<typeof environment.master, Record<string, string>>> = {
    none: {},
    b: { KUBERNETES_MASTER: `https://127.0.0.1:${ports.b}` },
    plain: { KUBERNETES_MASTER: `http://127.0.0.1:${ports.plain}` },
    bare: { KUBERNETES_MASTER: `127.0.0.1:${ports.plain}` },
  };
  return {
    ...proxies[environment.proxy],
    ...exceptions[environment.noProxy],
    ...masters[environment.master],
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

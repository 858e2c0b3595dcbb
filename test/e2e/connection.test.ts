/**
 * Every way to reach, or not to reach, a cluster: kubectl is the oracle. The same environment and
 * flags go to `kubectl get nodes` and to `status`; stderr and exit code must be the same.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect as connectSocket, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createAuthority, signServing } from "../cluster/certificates.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { publicWords } from "./oracle/public-words.ts";
import { testCluster } from "./test-cluster.ts";

interface Result {
  readonly stderr: string;
  readonly code: number;
}

const main = join(import.meta.dirname, "../../src/main.ts");

describe.each(["1.36", "1.15"] as const)("Kubernetes %s", (kubeVersion) => {
  let cluster: Cluster;
  let folder = "";
  let server = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "connection-"));
    cluster = await testCluster({ kubeVersion, nodes: 1 });
    server = (await kubectl(["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"])).stdout;
  });
  afterAll(async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true });
  });

  async function kubectl(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { stdout, stderr, code } = await cluster.kubectl(args, { env });
    // What its discovery cache tries before the command itself does.
    const own = stderr.split("\n").filter((line) => !/^E\d{4} .*memcache\.go/.test(line));
    return { stdout, stderr: own.join("\n"), code };
  }

  function plugin(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Result & { stdout: string }> {
    const { promise, resolve } = Promise.withResolvers<Result & { stdout: string }>();
    const all = { ...process.env, ...cluster.env, ...env };
    execFile(process.execPath, [main, ...args], { env: all, timeout: 60_000 }, (error, stdout, stderr) => {
      const own = stderr.split("\n").filter((line) => !/ExperimentalWarning|--trace-warnings/.test(line));
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ stdout, stderr: own.join("\n"), code });
    }).stdin?.end();
    return promise;
  }

  /** Answers what both said, after comparing it. */
  async function same(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> {
    const [theirs, ours] = await Promise.all([
      kubectl(["get", "nodes", "-o", "name", ...args], env),
      plugin(["status", "-o", "name", ...args], env),
    ]);
    const expected = { stderr: theirs.stderr, code: theirs.code };
    expect({ stderr: publicWords(ours.stderr), code: ours.code }).toEqual({
      ...expected,
      stderr: publicWords(expected.stderr),
    });
    return expected;
  }

  /** A kubeconfig for this server, or for the one in `clusterFields`. */
  async function config(user: string, clusterFields?: string, extra = ""): Promise<string> {
    const whole = await readFile(cluster.kubeconfig, "utf8");
    const authority = /certificate-authority-data: *"?([^"\s,}]+)/.exec(whole)?.[1] ?? "";
    const fields = clusterFields ?? `server: "${server}", certificate-authority-data: ${authority}`;
    const path = join(folder, `config-${Math.random().toString(36).slice(2)}`);
    await writeFile(
      path,
      `apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {${fields}}}]
users: [{name: u, user: {${user}}}]
${extra}`,
    );
    return path;
  }

  describe("no answer", () => {
    test("refused", async () => {
      const { stderr } = await same(["-s", "https://127.0.0.1:1"]);
      expect(stderr).toContain("was refused - did you specify the right host or port?");
    });

    test("a context whose server has no address", async () => {
      const path = await config("token: t", "server: https://calico-upgrade.invalid:6443");
      const { stderr } = await same([], { KUBECONFIG: path });
      expect(stderr).toContain("calico-upgrade.invalid");
    });

    test("no kubeconfig at all", async () => {
      const { stderr } = await same([], { KUBECONFIG: "", HOME: folder });
      expect(stderr).toContain("localhost:8080 was refused");
    });

    test("KUBECONFIG names only missing files", async () => {
      await same([], { KUBECONFIG: ["/nope/a", "/nope/b"].join(delimiter), HOME: folder });
    });

    test("a server that never answers, with --request-timeout", async () => {
      const url = await listening(createHttpServer(() => {}));
      const args = ["-s", url, "--request-timeout=1s"];
      const [theirs, ours] = await Promise.all([
        kubectl(["get", "nodes", ...args]),
        plugin(["status", ...args]),
      ]);
      // kubectl says one or the other, as its timers go.
      const words =
        /^Unable to connect to the server: (net\/http: request canceled|context deadline exceeded)( \(Client.Timeout exceeded while awaiting headers\))?\n$/;
      expect(theirs.stderr).toMatch(words);
      expect(ours.stderr).toMatch(words);
      expect(ours.code).toBe(theirs.code);
    });
  });

  describe("certificates", () => {
    test("signed by somebody else", async () => {
      const path = join(folder, "other-ca.pem");
      await writeFile(path, (await createAuthority("other")).certificate);
      const { stderr } = await same(["--certificate-authority", path]);
      expect(stderr).toBe(
        "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority\n",
      );
    });

    test("nobody's authority given", async () => {
      await same([], { KUBECONFIG: await config("token: t", `server: "${server}"`) });
    });

    test("for another name", async () => {
      const { stderr } = await same(["--tls-server-name", "elsewhere.example.org"]);
      expect(stderr).toContain("not elsewhere.example.org");
    });

    test("for another address", async () => {
      const address = await listening(await tlsServer([{ type: "ip", value: "10.0.0.1" }]));
      const url = address.replace("http:", "https:");
      await same(["--certificate-authority", join(folder, "own-ca.pem"), "-s", url, "--token", "t"]);
    });

    test("not asked for with --insecure-skip-tls-verify", async () => {
      expect((await same(["--insecure-skip-tls-verify"])).code).toBe(0);
    });

    test("HTTP where TLS was expected", async () => {
      const url = await listening(createHttpServer((_request, response) => response.end("hello")));
      await same(["-s", url.replace("http:", "https:"), "--token", "t"]);
    });

    test("a client certificate that ran out", async () => {
      const path = await cluster.userKubeconfig({ clusterRole: "view", expired: true });
      const { stderr } = await same([], { KUBECONFIG: path });
      expect(stderr).toContain("You must be logged in to the server");
    });
  });

  describe("who asks", () => {
    test("a token that the server does not know", async () => {
      const { stderr } = await same([], { KUBECONFIG: await config("token: bad") });
      expect(stderr).toBe("error: You must be logged in to the server (Unauthorized)\n");
    });

    test("a token that ran out", async () => {
      const token = await cluster.serviceAccountToken({
        namespace: "kube-system",
        serviceAccount: "default",
        expiresInSeconds: -60,
      });
      const { stderr } = await same([], { KUBECONFIG: await config(`token: ${token}`) });
      expect(stderr).toBe("error: You must be logged in to the server (Unauthorized)\n");
    });

    test("a token file, taken relative to the kubeconfig; gone, and there", async () => {
      const path = await config("tokenFile: token");
      expect((await same([], { KUBECONFIG: path })).stderr).toContain("no such file or directory");
      const token = await cluster.serviceAccountToken({
        namespace: "kube-system",
        serviceAccount: "default",
      });
      await writeFile(join(folder, "token"), `${token}\n`);
      const { stderr } = await plugin(["status"], { KUBECONFIG: path });
      expect(stderr).toContain('User "system:serviceaccount:kube-system:default" cannot list');
    });

    test("an exec plugin: its token, its failure, and the hint where it is missing", async () => {
      const token = await cluster.serviceAccountToken({
        namespace: "kube-system",
        serviceAccount: "default",
      });
      const script = join(folder, "login.sh");
      const credential = {
        apiVersion: "client.authentication.k8s.io/v1",
        kind: "ExecCredential",
        status: { token },
      };
      await writeFile(
        script,
        `#!/bin/sh\ncase "$KUBERNETES_EXEC_INFO" in *client.authentication.k8s.io/v1*) ;; *) exit 3;; esac\necho '${JSON.stringify(credential)}'\n`,
      );
      await chmod(script, 0o755);
      const exec = (command: string) =>
        config(
          `exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ${command}, installHint: "get it there"}`,
        );
      const { stderr } = await plugin(["status"], { KUBECONFIG: await exec("./login.sh") });
      expect(stderr).toContain('User "system:serviceaccount:kube-system:default" cannot list');
      expect((await same([], { KUBECONFIG: await exec("calico-upgrade-no-such-plugin") })).stderr).toContain(
        "get it there",
      );
    });

    test("impersonation with groups", async () => {
      expect((await same(["--as", "jane", "--as-group", "system:masters"])).code).toBe(0);
      const { stderr } = await plugin(["status", "--as", "jane"]);
      expect(stderr).toContain('nodes is forbidden: User "jane" cannot list resource "nodes"');
    });

    test("a proxy is used, and a proxy that is gone is told", async () => {
      let tunnels = 0;
      const proxy = createHttpServer().on("connect", (request, socket) => {
        tunnels += 1;
        const [host = "", port] = (request.url ?? "").split(":");
        const upstream = connectSocket(Number(port), host, () => {
          socket.write("HTTP/1.1 200 OK\r\n\r\n");
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on("error", () => socket.destroy());
        socket.on("error", () => upstream.destroy());
      });
      const url = await listening(proxy);
      const whole = await readFile(cluster.kubeconfig, "utf8");
      const path = join(folder, "proxied");
      await writeFile(path, whole.replace(/( *)server:/, `$1proxy-url: "${url}"\n$1server:`));
      const { stderr, code } = await plugin(["status", "-o", "name"], { KUBECONFIG: path });
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      expect(tunnels).toBeGreaterThan(0);
    });
  });

  describe("what is asked for is not there, or makes no sense", () => {
    test.each<[string, string[]]>([
      ["a context", ["--context", "nope"]],
      ["a context, with -n", ["--context", "nope", "-n", "x"]],
      ["a user", ["--user", "nope"]],
      ["a cluster", ["--cluster", "nope"]],
      ["a kubeconfig", ["--kubeconfig", "/nope/config"]],
      ["an authority", ["--certificate-authority", "/nope/ca.pem"]],
      ["--request-timeout=abc", ["--request-timeout=abc"]],
      ["groups without a user", ["--as-uid", "1"]],
      ["two ways to log in", ["--token", "x", "--username", "a", "--password", "b"]],
      ["a server that is no address", ["-s", "foo/bar"]],
      ["a server of another protocol", ["-s", "ftp://foo"]],
    ])("%s", async (_what, args) => {
      expect((await same(args)).code).toBe(1);
    });

    test.each([
      ["not YAML", "a: b: c\n"],
      ["of another kind", "apiVersion: v1\nkind: Pod\n"],
    ])("a kubeconfig %s is named, and refused as kubectl does", async (what, text) => {
      const path = join(folder, what.replaceAll(" ", "-"));
      await writeFile(path, text);
      const env = { KUBECONFIG: path, HOME: folder };
      const both = await Promise.all([
        kubectl(["get", "nodes", "-o", "name"], env),
        plugin(["status", "-o", "name"], env),
      ]);
      for (const { stderr, code } of both) {
        expect(stderr).toContain(`error: error loading config file "${path}": `);
        expect(code).toBe(1);
      }
    });

    test.each([
      ["whose current context is gone", "current-context: gone\n"],
      ["empty", ""],
    ])("a kubeconfig %s", async (what, text) => {
      const path = join(folder, what.replaceAll(" ", "-"));
      await writeFile(path, text);
      expect((await same([], { KUBECONFIG: path, HOME: folder })).code).toBe(1);
    });

    test("unused broken entries do not matter, missing files of a list neither", async () => {
      const whole = await readFile(cluster.kubeconfig, "utf8");
      const path = join(folder, "broken-unused");
      await writeFile(
        path,
        "clusters: [{name: dead, cluster: {certificate-authority: nope.pem}}, {name: dead2}]\n",
      );
      await writeFile(join(folder, "good"), whole);
      const list = ["/nope/a", path, join(folder, "good")].join(delimiter);
      expect(await same([], { KUBECONFIG: list })).toEqual({ stderr: "", code: 0 });
    });
  });

  test.each([
    ["--bogus"],
    ["-Q"],
    ["-o"],
    ["--context"],
    ["--no-headers=maybe"],
    ["--no-headers="],
    ["--v=x"],
    ["-v"],
    ["--=x"],
    ["---x"],
    ["-=x"],
    ["--insecure-skip-tls-verify=x"],
    ["-wo"],
    ["-w=x"],
  ])("the flag %s is refused as kubectl refuses it", async (flag) => {
    const [theirs, ours] = await Promise.all([kubectl(["get", "nodes", flag]), plugin(["status", flag])]);
    expect(ours.stderr).toBe(
      theirs.stderr.replace("kubectl get --help", "kubectl calico-upgrade status --help"),
    );
    expect(ours.code).toBe(theirs.code);
  });

  test("discovery on disk is what kubectl would have written", async () => {
    const [theirs, ours] = [join(folder, "cache-kubectl"), join(folder, "cache-ours")];
    await kubectl(["get", "nodes", "--cache-dir", theirs]);
    await plugin(["status", "--cache-dir", ours]);
    const files = (await readdir(ours, { recursive: true })).filter((name) => name.endsWith(".json"));
    expect(files.length).toBeGreaterThan(3);
    for (const name of files) {
      const [a, b] = await Promise.all([theirs, ours].map((at) => readFile(join(at, name), "utf8")));
      expect(JSON.parse(b ?? "")).toEqual(JSON.parse(a ?? ""));
    }
  });

  test("-v=6 names every request, and no level shows a credential", async () => {
    const token = await cluster.serviceAccountToken({ namespace: "kube-system", serviceAccount: "default" });
    const path = await config(`token: ${token}`);
    const six = await plugin(["status", "-v6"], { KUBECONFIG: path });
    expect(six.stderr).toMatch(/Config loaded from file: {2}\//);
    expect(six.stderr).toMatch(
      /"Response" verb="GET" url="https:[^"]*\/api\/v1\/nodes\?limit=500" status="403 Forbidden"/,
    );
    const ten = await plugin(["status", "-v10"], { KUBECONFIG: path });
    expect(ten.stderr).toContain("Authorization: Bearer <masked>");
    expect(ten.stderr).not.toContain(token);
  });

  async function tlsServer(names: { type: "ip"; value: string }[]): Promise<Server> {
    const authority = await createAuthority("own");
    await writeFile(join(folder, "own-ca.pem"), authority.certificate);
    const { certificate, key } = await signServing(authority, names);
    return createHttpsServer({ cert: certificate, key }, (_request, response) => response.end());
  }
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    if ("closeAllConnections" in server) (server.closeAllConnections as () => void).call(server);
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { createAuthority, signClient, signServing, type Pem } from "../../cluster/certificates.ts";
import { connectTo } from "./wire-server.ts";
import { pathOf } from "../../../src/cluster/paths.ts";

/** What the server sees of each request: the token, or else the certificate's name. */
type Who = string;

let authority: Pem;
let serving: Pem;
let folder = "";

beforeAll(async () => {
  authority = await createAuthority("credentials");
  serving = await signServing(authority, [{ type: "ip", value: "127.0.0.1" }]);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "credentials-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

/** A server that turns everybody away but `welcome`; a connection to it by a kubeconfig's user. */
async function login(user: string, welcome: Who) {
  const seen: Who[] = [];
  const server = createServer(
    { cert: serving.certificate, key: serving.key, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const name = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
      const who = request.headers.authorization ?? String(name);
      seen.push(who);
      response.writeHead(who === welcome ? 200 : 401, { "Content-Type": "application/json" }).end("{}");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const path = join(folder, "config");
  await writeFile(
    path,
    `current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters:
- name: c
  cluster:
    server: https://127.0.0.1:${port}
    certificate-authority-data: ${Buffer.from(authority.certificate).toString("base64")}
users: [{name: u, user: ${user}}]
`,
  );
  const { connection } = await connectTo("", { kubeconfig: path }, { PATH: process.env["PATH"] ?? "" });
  onTestFinished(() => {
    connection.close();
    server.closeAllConnections();
    server.close();
  });
  return { seen, get: () => connection.request({ method: "GET", path: pathOf("version") }) };
}

/** A plugin that gives one credential after the other. */
async function plugin(...statuses: readonly object[]): Promise<string> {
  const command = join(folder, "login");
  await Promise.all(
    statuses.map((status, index) =>
      writeFile(
        join(folder, `answer-${index + 1}`),
        JSON.stringify({ kind: "ExecCredential", apiVersion: "client.authentication.k8s.io/v1", status }),
      ),
    ),
  );
  await writeFile(
    command,
    `#!/bin/sh\necho >> '${folder}/runs'\ncat "${folder}/answer-$(wc -l < '${folder}/runs' | tr -d ' ')"\n`,
  );
  await chmod(command, 0o755);
  return `{exec: {apiVersion: client.authentication.k8s.io/v1, command: ${command}, interactiveMode: Never}}`;
}

const certificateOf = async (name: string): Promise<object> => {
  const { certificate, key } = await signClient(authority, { name });
  return { clientCertificateData: certificate, clientKeyData: key };
};

test("a token that a plugin gave and the server no longer takes is asked for again, and the command goes on", async () => {
  const { seen, get } = await login(await plugin({ token: "old" }, { token: "new" }), "Bearer new");
  expect((await get()).status).toBe(200);
  await get();
  expect(seen).toEqual(["Bearer old", "Bearer new", "Bearer new"]);
});

test("a plugin's new certificate is used at once: connections of the old one are left", async () => {
  const user = await plugin(await certificateOf("old"), await certificateOf("new"));
  const { seen, get } = await login(user, "new");
  expect((await get()).status).toBe(200);
  await get();
  expect(seen).toEqual(["old", "new", "new"]);
});

test("a plugin whose credentials never do is not asked without end", async () => {
  const { seen, get } = await login(await plugin({ token: "a" }, { token: "b" }, { token: "c" }), "");
  await expect(get()).rejects.toThrow("the server has asked for the client to provide credentials");
  expect(seen).toEqual(["Bearer a", "Bearer b"]);
});

test("a token file that was renewed meanwhile is read again after a 401", async () => {
  await writeFile(join(folder, "token"), "old\n");
  const { seen, get } = await login("{tokenFile: token}", "Bearer new");
  await expect(get()).rejects.toThrow("provide credentials");
  await writeFile(join(folder, "token"), "new\n");
  expect((await get()).status).toBe(200);
  expect(seen).toEqual(["Bearer old", "Bearer old", "Bearer new"]);
});

test("a client certificate that is renewed in its file is used for the next request, a half renewed one is not", async () => {
  const [first, second] = await Promise.all(["jane", "june"].map((name) => signClient(authority, { name })));
  if (first === undefined || second === undefined) throw new Error("no certificates");
  const [cert, key] = [join(folder, "cert"), join(folder, "key")];
  await Promise.all([writeFile(cert, first.certificate), writeFile(key, first.key)]);
  const { get, seen } = await login(`{client-certificate: ${cert}, client-key: ${key}}`, "nobody");
  await get().catch(() => undefined);
  await writeFile(cert, second.certificate);
  await get().catch(() => undefined);
  await writeFile(key, second.key);
  await get().catch(() => undefined);
  expect(seen).toEqual(["jane", "jane", "june"]);
});

test("a folder where a certificate file belongs is named, as kubectl names it", async () => {
  await expect(login(`{client-certificate: ${folder}, client-key: ${folder}}`, "nobody")).rejects.toThrow(
    `read ${folder}: is a directory`,
  );
});

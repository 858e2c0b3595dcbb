/** Who is asked for credentials at a terminal: the same questions as kubectl's, and answers that nobody sees. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { resolveBinaries } from "../cluster/binaries/resolve.ts";
import { createAuthority, signServing } from "../cluster/certificates.ts";
import { ctrlC, hasTerminal, onTerminal, type Terminal } from "./support/terminal.ts";

if (!hasTerminal)
  process.stderr.write("util-linux's script is not here: logging in at a terminal is left out\n");

const commands = [
  ["kubectl", "kubectl get nodes"],
  ["the plugin", "kubectl calico-upgrade status"],
] as const;

describe.skipIf(!hasTerminal)("logging in at a terminal", () => {
  let folder = "";
  let server: Server;
  let kubectl = "";
  /** The credentials that came, each once. */
  const seen = new Set<string>();

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "login-"));
    ({ kubectl } = await resolveBinaries({ kubeVersion: "1.36", progress: () => {} }));
    const { certificate, key } = await signServing(await createAuthority("login"), [
      { type: "ip", value: "127.0.0.1" },
    ]);
    server = createServer({ cert: certificate, key }, (request, response) => {
      seen.add(request.headers.authorization ?? "nothing");
      response.writeHead(403, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          kind: "Status",
          apiVersion: "v1",
          code: 403,
          reason: "Forbidden",
          message: "not you",
        }),
      );
    });
    const listening = Promise.withResolvers<undefined>();
    server.listen(0, "127.0.0.1", () => listening.resolve(undefined));
    await listening.promise;
  }, 1_800_000);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => seen.clear());

  async function terminal(command: string, user: string): Promise<Terminal> {
    const kubeconfig = join(folder, "config");
    const url = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    await writeFile(
      kubeconfig,
      `apiVersion: v1
kind: Config
current-context: x
contexts: [{name: x, context: {cluster: x, user: x}}]
clusters: [{name: x, cluster: {server: "${url}", insecure-skip-tls-verify: true}}]
users: [{name: x, user: ${user}}]
`,
    );
    return onTerminal(
      {
        env: {
          PATH: `${dirname(kubectl)}${delimiter}${process.env["PATH"] ?? ""}`,
          HOME: folder,
          KUBECONFIG: kubeconfig,
        },
      },
      command,
    );
  }

  test.each(commands)("%s asks who has no credentials for a name and a password", async (_name, command) => {
    const at = await terminal(command, "{}");
    await at.shows(/^Please enter Username:/);
    at.types("jane\r");
    await at.shows(/Please enter Password:/);
    at.types("s3cret\r");
    expect(await at.ended).toBe(1);
    expect([...seen]).toEqual([`Basic ${Buffer.from("jane:s3cret").toString("base64")}`]);
    const screen = at.screen().join("\n");
    expect(screen).toContain("Please enter Username: jane");
    expect(screen).not.toContain("s3cret");
  });

  test("Ctrl-C at the password ends it, asks no server, and gives the terminal back as it was", async () => {
    const at = await terminal("kubectl calico-upgrade status; stty -a | grep -o ' -\\?echo '", "{}");
    await at.shows(/^Please enter Username:/);
    at.types("jane\r");
    await at.shows(/Please enter Password:/);
    at.types(ctrlC);
    await at.ended;
    expect([...seen]).toEqual([]);
    expect(at.screen().at(-1)?.trim()).toBe("echo");
  });

  test.each(commands)("%s lets a credential plugin ask", async (_name, command) => {
    const script = join(folder, "login.sh");
    await writeFile(
      script,
      `#!/bin/sh
printf 'Your PIN: ' >&2
read -r pin
echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"pin-$pin\\"}}"
`,
    );
    await chmod(script, 0o755);
    const at = await terminal(
      command,
      `{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always, command: "${script}"}}`,
    );
    await at.shows(/Your PIN:/);
    at.types("1234\r");
    expect(await at.ended).toBe(1);
    expect([...seen]).toEqual(["Bearer pin-1234"]);
  });
});

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { oidcFetch } from "../../../src/cluster/connection/oidc-fetch.ts";
import { oidcTokens, type OidcConfig } from "../../../src/cluster/connection/oidc.ts";
import { saveTokens } from "../../../src/cluster/connection/save-tokens.ts";
import { editYaml, parseYaml } from "../../../src/manifest/yaml.ts";

const now = Math.floor(Date.now() / 1000);
const jwt = (exp: number): string =>
  ["{}", JSON.stringify({ exp }), "sig"].map((part) => Buffer.from(part).toString("base64url")).join(".");
const valid = jwt(now + 3600);
const over = jwt(now - 10);

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

/** An identity provider; `answer` is what its token endpoint says. */
async function provider(
  answer: (asked: Asked) => readonly [number, unknown],
): Promise<{ issuer: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = {
        path: request.url ?? "",
        authorization: request.headers.authorization,
        form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      };
      asked.push(one);
      const [status, body] =
        one.path === "/realm/.well-known/openid-configuration"
          ? [200, { token_endpoint: `${issuer}/token` }]
          : answer(one);
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realm`;
  return { issuer, asked };
}

function tokens(config: OidcConfig, saved: OidcConfig[] = []): () => Promise<string> {
  const save = (changes: OidcConfig): Promise<void> => {
    saved.push(changes);
    return Promise.resolve();
  };
  return oidcTokens({ config, fetch: oidcFetch(config, {}), save });
}

const client = { "client-id": "me", "client-secret": "s:ecret", "refresh-token": "r1" };

describe("a login through OIDC goes on", () => {
  test("with its id-token as long as that is good", async () => {
    const config = { ...client, "idp-issuer-url": "http://127.0.0.1:1", "id-token": valid };
    expect(await tokens(config)()).toBe(valid);
  });

  test("with a new one when it is over, which is saved with the new refresh token", async () => {
    const { issuer, asked } = await provider(() => [200, { id_token: valid, refresh_token: "r2" }]);
    const saved: OidcConfig[] = [];
    const token = tokens({ ...client, "idp-issuer-url": issuer, "id-token": over }, saved);
    expect(await Promise.all([token(), token()])).toEqual([valid, valid]);
    expect(await token()).toBe(valid);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual({
      path: "/realm/token",
      authorization: `Basic ${Buffer.from("me:s%3Aecret").toString("base64")}`,
      form: { grant_type: "refresh_token", refresh_token: "r1" },
    });
    expect(saved).toEqual([{ "id-token": valid, "refresh-token": "r2" }]);
  });

  test("with a provider that wants the secret in the form", async () => {
    const { issuer } = await provider(({ form }) =>
      form["client_secret"] === "s:ecret" ? [200, { id_token: valid }] : [401, { error: "invalid_client" }],
    );
    const saved: OidcConfig[] = [];
    expect(await tokens({ ...client, "idp-issuer-url": `${issuer}/` }, saved)()).toBe(valid);
    expect(saved).toEqual([{ "id-token": valid }]);
  });
});

describe("a login that cannot go on says why", () => {
  test.each([
    [
      "refused",
      400,
      { error: "invalid_grant", error_description: "Token is not active" },
      'failed to refresh token: oauth2: "invalid_grant" "Token is not active"',
    ],
    [
      "broken",
      500,
      {},
      "failed to refresh token: oauth2: cannot fetch token: 500 Internal Server Error\nResponse: {}",
    ],
    ["without an id_token", 200, { access_token: "a" }, "token response did not contain an id_token"],
  ])("%s", async (_what, status, body, words) => {
    const { issuer } = await provider(() => [status, body]);
    await expect(tokens({ ...client, "idp-issuer-url": issuer })()).rejects.toThrow(words);
  });

  test("a provider that is no provider", async () => {
    const { issuer } = await provider(() => [404, "nothing here"]);
    const config = { ...client, "idp-issuer-url": `${issuer}/else` };
    await expect(tokens(config)()).rejects.toThrow(
      'Unable to connect to the server: oidc: failed to query metadata endpoint 404 Not Found: "\\"nothing here\\""',
    );
  });
});

describe("new tokens in the kubeconfig", () => {
  let folder = "";
  let file = "";
  const text = `# mine
users:
- name: other
  user: {token: t}
- name: me
  user:
    auth-provider:
      name: oidc
      config:
        id-token: old # keep me
        refresh-token: r1
`;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "oidc-"));
    file = join(folder, "config");
    await writeFile(file, text);
    onTestFinished(() => rm(folder, { recursive: true }));
  });

  test("replace the old ones; comments and everything else stay", async () => {
    await saveTokens(file, "me", { "id-token": "new", "refresh-token": "r2" }, { parseYaml, editYaml });
    expect(await readFile(file, "utf8")).toBe(
      text
        .replace("id-token: old", "id-token: new")
        .replace("r1", "r2")
        .replace("{token: t}", "{ token: t }"),
    );
    expect(await readdir(folder)).toEqual(["config"]);
  });

  test("are not written while another program holds the lock", async () => {
    await writeFile(`${file}.lock`, "");
    const saving = saveTokens(file, "me", { "id-token": "new" }, { parseYaml, editYaml });
    await expect(saving).rejects.toThrow(`open ${file}.lock: file exists`);
    expect(await readFile(file, "utf8")).toBe(text);
  });
});

import { expect, test } from "vitest";
import { makeRequestLog } from "../../../src/cluster/log.ts";
import { pathOf } from "../../../src/cluster/paths.ts";
import { explain } from "../../../src/errors.ts";
import { connectTo, wireServer } from "./wire-server.ts";

const secret = "c2VjcmV0";

test.each([
  ["https://k/api/v1/namespaces/x/secrets/y", `{"data":{"a":"${secret}"}}`],
  ["https://k/api/v1/namespaces/x/secrets?limit=500", `{"items":[{"data":{"a":"${secret}"}}]}`],
  ["https://k/api/v1/namespaces/x/serviceaccounts/y/token", `{"status":{"token":"${secret}"}}`],
  ["https://k/else", `{"kind":"Secret","data":{"a":"${secret}"}}`],
])("what a Secret or a token holds is shown at no level: %s", (url, body) => {
  const lines: string[] = [];
  const log = makeRequestLog(10, (line) => void lines.push(line), 1);
  log.request("POST", url, { Authorization: `Bearer ${secret}`, Cookie: secret }, body);
  log.responseBody(url, body);
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).not.toContain(secret);
  expect(lines.join("\n")).toContain("<masked>");
});

test("a password in the address of the server is shown at no -v, and in no error", async () => {
  const { url } = await wireServer((_seen, response) =>
    response.writeHead(200, { "Content-Type": "text/html" }).end("<html>"),
  );
  const server = url.replace("http://", "http://jane:s3cret@");
  const { connection, log } = await connectTo(server, { verbosity: 10 });
  const asked = { method: "GET", path: pathOf("api", "v1", "nodes") } as const;
  const told = [
    await connection.request(asked).then(() => "", explain),
    await connectTo("https://jane:s3cr et@host/x", {}).then(() => "", explain),
    await connectTo("ftp://jane:s3cret@host", {}).then(() => "", explain),
    await connectTo("http://jane:s3cret@127.0.0.1:1", {})
      .then(async ({ connection: other }) => await other.request(asked))
      .then(() => "", explain),
  ];
  expect(told.every((text) => String(text) !== "")).toBe(true);
  expect(log.length).toBeGreaterThan(3);
  expect([connection.server, ...log, ...told].join("\n")).not.toMatch(/s3cr|jane/);
});

import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { explain } from "../../../src/errors.ts";
import { connectTo, json, status, wireServer } from "./wire-server.ts";
import { pathOf } from "../../../src/cluster/paths.ts";

const get = { method: "GET", path: pathOf("api", "v1", "nodes") } as const;

async function failure(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => explain(error),
  );
}

describe("what a user reads when the server does not answer as an API server", () => {
  test("HTML with 200, as a captive portal or a proxy sends", async () => {
    const { url } = await wireServer((_seen, response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<html>log in</html>");
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toMatch(
      /^error: http:\/\/127\.0\.0\.1:\d+ answered with text\/html; this is not a Kubernetes API server/,
    );
  });

  test.each([
    ["nothing, of no type", undefined, "", "nothing"],
    ["a health check's OK", "text/plain", "OK", "text/plain"],
    ["null", "application/json", "null", "JSON of another kind"],
  ])("%s with 200, which is no empty list", async (_what, type, text, words) => {
    const { url } = await wireServer((_seen, response) => {
      if (type !== undefined) response.setHeader("Content-Type", type);
      response.writeHead(200).end(text);
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toContain(`answered with ${words}; this is not a Kubern`);
  });

  test("a log is text", async () => {
    const { url } = await wireServer((_seen, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" }).end("a\nb\n");
    });
    const { connection } = await connectTo(url);
    const { body } = await connection.request({ ...get, accept: "*/*" });
    expect(body).toBe("a\nb\n");
  });

  test("JSON cut in the middle with 200", async () => {
    const { url } = await wireServer((_seen, response) => {
      response.writeHead(200, { "Content-Type": "application/json" }).end('{"items":[');
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toContain("with broken JSON");
  });

  test.each([
    [
      401,
      "",
      "error: You must be logged in to the server (the server has asked for the client to provide credentials (get nodes))",
    ],
    [403, "no way", "Error from server (Forbidden): no way (get nodes)"],
    [
      404,
      "<html>",
      "Error from server (NotFound): the server could not find the requested resource (get nodes)",
    ],
    [
      500,
      "boom",
      'Error from server (InternalError): an error on the server ("boom") has prevented the request from succeeding (get nodes)',
    ],
    [
      503,
      "",
      "Error from server (ServiceUnavailable): the server is currently unable to handle the request (get nodes)",
    ],
  ])("%i without a Status", async (code, text, words) => {
    const { url } = await wireServer((_seen, response) => {
      response.writeHead(code, { "Content-Type": "text/plain" }).end(text);
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toBe(words);
  });

  test("a Status is told as it is, with its details and Retry-After", async () => {
    const body = { ...status(429, "TooManyRequests", "budget"), details: { causes: [{ message: "pdb" }] } };
    const { url } = await wireServer((_seen, response) => json(response, 429, body));
    const { connection } = await connectTo(url);
    await expect(connection.request({ ...get, method: "POST", body: {} })).rejects.toMatchObject({
      kind: "api",
      status: 429,
      reason: "TooManyRequests",
      message: "budget",
      details: { causes: [{ message: "pdb" }] },
    });
  });

  test("a server that never answers, with --request-timeout", async () => {
    const { url } = await wireServer(() => {});
    const { connection } = await connectTo(url, { requestTimeout: "500ms" });
    expect(await failure(connection.request(get))).toBe(
      "Unable to connect to the server: context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
    );
  });

  test("a server that stops in the middle, with --request-timeout", async () => {
    const { url, seen } = await wireServer((_seen, response) => {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.write("{");
    });
    const { connection } = await connectTo(url, { requestTimeout: "500ms" });
    expect(await failure(connection.request(get))).toBe(
      "Unable to connect to the server: context deadline exceeded (Client.Timeout or context cancellation while reading body)",
    );
    expect(seen).toHaveLength(1);
  });

  test("a request that is called off ends with the signal's reason, not with an error of the network", async () => {
    const { url } = await wireServer(() => {});
    const { connection } = await connectTo(url);
    const stop = new AbortController();
    const pending = connection.request({ ...get, signal: stop.signal });
    stop.abort(new Error("stopped"));
    await expect(pending).rejects.toThrow("stopped");
  });
});

describe("what is sent again", () => {
  test("a read after 429 with Retry-After", async () => {
    const { url, seen } = await wireServer((_seen, response, index) =>
      index < 2
        ? json(response, 429, status(429, "TooManyRequests", "busy"), { "Retry-After": "0" })
        : json(response, 200, { ok: true }),
    );
    const { connection } = await connectTo(url);
    expect((await connection.request(get)).body).toEqual({ ok: true });
    expect(seen).toHaveLength(3);
  });

  test("a read whose connection was cut, also in the middle of the answer", async () => {
    const { url, seen } = await wireServer((_seen, response, index) => {
      if (index > 0) return json(response, 200, { ok: true });
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1000 });
      response.write('{"items":');
      setImmediate(() => response.destroy());
    });
    const { connection } = await connectTo(url);
    expect((await connection.request(get)).body).toEqual({ ok: true });
    expect(seen).toHaveLength(2);
  });

  test("not a read after 503 without Retry-After", async () => {
    const { url, seen } = await wireServer((_seen, response) =>
      json(response, 503, status(503, "ServiceUnavailable", "down")),
    );
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toBe("Error from server (ServiceUnavailable): down");
    expect(seen).toHaveLength(1);
  });

  // A CRD whose names were just accepted answers `503 apiserver is shutting down` for a moment.
  test.each([429, 503])(
    "a write after %i with Retry-After, which was turned away at the door",
    async (code) => {
      const { url, seen } = await wireServer((_seen, response, index) =>
        index === 0
          ? json(response, code, status(code, "", "busy"), { "Retry-After": "0" })
          : json(response, 200, {}),
      );
      const { connection } = await connectTo(url);
      await connection.request({ method: "DELETE", path: pathOf("x"), body: { a: 1 } });
      expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
    },
  );

  test("never a write after 500 or a cut connection: it may have been done", async () => {
    const { url, seen } = await wireServer((one, response) => {
      if (one.url.pathname === "/cut") response.destroy();
      else json(response, 500, status(500, "InternalError", "boom"), { "Retry-After": "0" });
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request({ method: "PATCH", path: pathOf("x"), body: {} }))).toContain(
      "boom",
    );
    expect(await failure(connection.request({ method: "PATCH", path: pathOf("cut"), body: {} }))).toBe(
      "Unable to connect to the server: EOF",
    );
    expect(seen).toHaveLength(2);
  });

  test("ten times at most", async () => {
    const { url, seen } = await wireServer((_seen, response) =>
      json(response, 429, status(429, "TooManyRequests", "busy"), { "Retry-After": "0" }),
    );
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toBe("Error from server (TooManyRequests): busy");
    expect(seen).toHaveLength(11);
  });
});

describe("what travels", () => {
  test("gzip is asked for and unpacked; not with --disable-compression", async () => {
    const { url, seen } = await wireServer((one, response) => {
      const text = JSON.stringify({ packed: one.headers["accept-encoding"] });
      if (one.headers["accept-encoding"] === "gzip") {
        response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" });
        response.end(gzipSync(text));
      } else json(response, 200, { plain: true });
    });
    const packed = await connectTo(url);
    expect((await packed.connection.request(get)).body).toEqual({ packed: "gzip" });
    const plain = await connectTo(url, { disableCompression: true });
    expect((await plain.connection.request(get)).body).toEqual({ plain: true });
    expect(seen[0]?.headers["user-agent"]).toBe("kubectl-calico_upgrade/v0.0.0 (linux/amd64)");
  });

  test("a path prefix of the server, query parameters, the server's date", async () => {
    const { url, seen } = await wireServer((_seen, response) =>
      json(response, 200, {}, { Date: "Tue, 01 Dec 2026 10:00:00 GMT" }),
    );
    const { connection } = await connectTo(`${url}/k8s/clusters/c-1/`);
    const answer = await connection.request({
      ...get,
      query: { labelSelector: "a=b,c in (d)", limit: undefined, many: ["1", "2"] },
    });
    expect(answer.date).toBe(Date.UTC(2026, 11, 1, 10));
    expect(seen[0]?.url.pathname).toBe("/k8s/clusters/c-1/api/v1/nodes");
    expect([...(seen[0]?.url.searchParams ?? [])]).toEqual([
      ["labelSelector", "a=b,c in (d)"],
      ["many", "1"],
      ["many", "2"],
    ]);
  });

  test("impersonation with uid, groups and extra", async () => {
    const { url, seen } = await wireServer((_seen, response) => json(response, 200, {}));
    const { connection } = await connectTo(url, {
      as: "jane",
      asUid: "42",
      asGroup: ["a", "b"],
      asUserExtra: ["example.org/scope=x", "example.org/scope=y"],
    });
    await connection.request(get);
    expect(seen[0]?.headers).toMatchObject({
      "impersonate-user": "jane",
      "impersonate-uid": "42",
      "impersonate-group": "a, b",
      "impersonate-extra-example.org%2fscope": "x, y",
    });
  });

  test("no credentials to a server without TLS, as kubectl has it", async () => {
    const { url, seen } = await wireServer((_seen, response) => json(response, 200, {}));
    const { connection } = await connectTo(url, { token: "secret" });
    await connection.request(get);
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  test("connections are kept and used again", async () => {
    const ports = new Set<number | undefined>();
    const { url } = await wireServer((_seen, response) => {
      ports.add(response.socket?.remotePort);
      json(response, 200, {});
    });
    const { connection } = await connectTo(url);
    for (let index = 0; index < 3; index += 1) await connection.request(get);
    expect(ports.size).toBe(1);
  });

  test("requests wait for one of four connections; streams do not count", async () => {
    const open: ServerResponse[] = [];
    const released = Promise.withResolvers<void>();
    const ports = new Set<number | undefined>();
    const { url } = await wireServer((one, response) => {
      if (one.url.pathname === "/stream") {
        response.writeHead(200, { "Content-Type": "application/json" });
        response.write("{}\n");
        open.push(response);
        if (open.length === 6) released.resolve();
        return;
      }
      ports.add(response.socket?.remotePort);
      setImmediate(() => json(response, 200, {}));
    });
    const { connection } = await connectTo(url);
    const stop = new AbortController();
    const streams = Array.from({ length: 6 }, async () => {
      const lines = connection.stream({ method: "GET", path: pathOf("stream"), signal: stop.signal });
      return await Array.fromAsync(lines);
    });
    await released.promise;
    await Promise.all(Array.from({ length: 20 }, () => connection.request(get)));
    expect(ports.size).toBeLessThanOrEqual(4);
    stop.abort();
    await Promise.all(streams);
  });

  test("each Warning header is shown once", async () => {
    const { url } = await wireServer((_seen, response) =>
      json(response, 200, {}, { Warning: ['299 - "v1beta1 is old"', String.raw`299 - "say \"x\""`] }),
    );
    const { connection, warnings } = await connectTo(url);
    await connection.request(get);
    await connection.request(get);
    expect(warnings).toEqual(["v1beta1 is old", 'say "x"']);
  });
});

describe("-v", () => {
  test("6: one line a request; 7 and more: headers with the credentials masked", async () => {
    const { url } = await wireServer((_seen, response) => json(response, 200, { a: 1 }));
    const six = await connectTo(url, { verbosity: 6 });
    await six.connection.request(get);
    expect(six.log).toHaveLength(1);
    expect(six.log[0]).toMatch(
      /^I\d{4} \d\d:\d\d:\d\d\.\d{6} +1 calico-upgrade\] "Response" verb="GET" url="http:.*\/api\/v1\/nodes" status="200 OK" milliseconds=\d+$/,
    );
    const eight = await connectTo(url, { verbosity: 8 });
    await eight.connection.request({ method: "POST", path: pathOf("x"), body: { b: 2 } });
    const text = eight.log.join("\n");
    expect(text).toContain('"Request Body" body="{\\"b\\":2}"');
    expect(text).toContain('"Response Body" body="{\\"a\\":1}"');
  });

  test("no level shows what a Secret holds", async () => {
    const secret = { kind: "Secret", data: { password: "aHVudGVyMg==" } };
    const { url } = await wireServer((_seen, response) => json(response, 200, secret));
    const { connection, log } = await connectTo(url, { verbosity: 10 });
    await connection.request({ method: "GET", path: pathOf("api", "v1", "namespaces", "a", "secrets", "b") });
    await connection.request({ method: "GET", path: pathOf("apis", "example.org", "v1", "things") });
    expect(log.join("\n")).toContain("<masked>");
    expect(log.join("\n")).not.toContain("aHVudGVyMg==");
  });
});

describe("where a server sends a read", () => {
  test("a redirect within the server is followed", async () => {
    const { url, seen } = await wireServer((one, response) => {
      if (one.url.pathname === "/api/v1/nodes") response.writeHead(307, { Location: "/else" }).end();
      else json(response, 200, { ok: true });
    });
    const { connection } = await connectTo(url);
    expect((await connection.request(get)).body).toEqual({ ok: true });
    expect(seen.map((one) => one.url.pathname)).toEqual(["/api/v1/nodes", "/else"]);
  });

  test("a redirect to another host is not followed with our token", async () => {
    const other = await wireServer((_one, response) => json(response, 200, { ok: true }));
    const { url } = await wireServer((_one, response) => {
      response.writeHead(302, { Location: `${other.url}/else` }).end();
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toBe(
      "Error from server: the server responded with the status code 302 but did not return more information (get nodes)",
    );
    expect(other.seen).toEqual([]);
  });

  test("one without end is given up", async () => {
    const { url, seen } = await wireServer((_one, response) => {
      response.writeHead(302, { Location: "/api/v1/nodes" }).end();
    });
    const { connection } = await connectTo(url);
    expect(await failure(connection.request(get))).toContain("302");
    expect(seen).toHaveLength(11);
  });
});

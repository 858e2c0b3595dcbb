/** Where the tool is run is not always a nice place: a right answer or one clear line, no stack trace, no hang. */
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startOneNodeServer } from "../calico/one-node-server.ts";
import { hasTerminal } from "./support/terminal.ts";

const executable = join(import.meta.dirname, "../../dist/kubectl-calico_upgrade");

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

let home = "";
let server: Awaited<ReturnType<typeof startOneNodeServer>>;

beforeAll(async () => {
  if (!existsSync(executable)) throw new Error("npm run build comes first");
  home = mkdtempSync(join(tmpdir(), "bad-"));
  server = await startOneNodeServer();
});

afterAll(() => {
  server.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A shell line in which $X is the executable; only these variables are set. */
function shell(line: string, env: Readonly<Record<string, string>> = { HOME: home }): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  // Below another shell, so that none reads its start-up files.
  const all = { PATH: "/usr/bin:/bin", SHLVL: "5", X: executable, S: server.url, ...env };
  execFile(
    "bash",
    ["-c", line],
    { env: all, maxBuffer: 2 ** 27, timeout: 60_000 },
    (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ stdout, stderr, code });
    },
  );
  return promise;
}

/** Exit code 1 and one message in words, as kubectl would. */
function expectRefusal({ stdout, stderr, code }: Result, words: RegExp): void {
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/^\s+at |this is a bug|undefined|\[object/m);
}

function expectStatus({ stdout, stderr, code }: Result): void {
  expect([stderr, code]).toEqual(["", 0]);
  expect(stdout).toContain("node-01");
}

describe("surroundings that lack something", () => {
  test.each<[string, string, Record<string, string>]>([
    ["no HOME", '"$X" status --server "$S"', {}],
    ["a HOME that is not there", '"$X" status --server "$S"', { HOME: "/nonexistent" }],
    ["a HOME where nothing can be written", '"$X" status --server "$S"', { HOME: "/sys" }],
    ["a cache folder that is a file", '"$X" status --server "$S" --cache-dir /dev/null', {}],
    ["standard input closed", '"$X" status --server "$S" <&-', {}],
    ["LANG=C", '"$X" status --server "$S"', { LANG: "C", LC_ALL: "C" }],
    ["a dumb terminal of 40 columns", '"$X" status --server "$S"', { TERM: "dumb", COLUMNS: "40" }],
    ["an unknown TERM", '"$X" status --server "$S"', { TERM: "no-such-terminal" }],
    ["another time zone", '"$X" status --server "$S"', { TZ: "No/Where" }],
    ["few open files", 'ulimit -n 40; "$X" status --server "$S"', {}],
  ])("%s: the status all the same", async (_name, line, env) => {
    expectStatus(await shell(line, env));
  });

  test.runIf(hasTerminal)(
    "a terminal of 40 columns: nothing is cut off, as kubectl cuts nothing off",
    async () => {
      const line = `script --quiet --return --command 'stty cols 40; "$X" status --server "$S"' /dev/null`;
      const shown = await shell(line, {
        HOME: home,
        TERM: "xterm-256color",
        NO_COLOR: "1",
        SHELL: "/bin/sh",
      });
      const piped = await shell('"$X" status --server "$S"');
      expect(shown.stdout.replaceAll("\r\n", "\n")).toBe(piped.stdout);
      expect(shown.code).toBe(0);
    },
  );

  test("standard output closed: no stack trace, and it ends", async () => {
    const { stderr } = await shell('"$X" status --server "$S" >&-');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("standard error closed: the result is whole", async () => {
    expectStatus(await shell('"$X" status --server "$S" 2>&-'));
  });

  test("a full disk behind standard output is told", async () => {
    const { code, stderr } = await shell('"$X" status --server "$S" -o json >/dev/full');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: write \/dev\/stdout: [^\n]*no space left on device[^\n]*\n$/);
  });
});

/** A server that treats every request in its own way. */
async function odd(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const own = createServer(answer);
  const url = await listen(own);
  onTestFinished(() => {
    own.closeAllConnections();
    own.close();
  });
  return url;
}

async function listen(own: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  own.listen(0, "127.0.0.1", () => {
    resolve(undefined);
  });
  await promise;
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
}

const status = (url: string, more = ""): Promise<Result> => shell(`"$X" status --server ${url} ${more}`);

describe("servers that are none", () => {
  test("accepts and never answers: it ends when --request-timeout is over", async () => {
    const url = await odd(() => undefined);
    const began = performance.now();
    expectRefusal(await status(url, "--request-timeout=2s"), /timeout|Timeout|exceeded/);
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test("accepts no more than the connection", async () => {
    const mute = createTcpServer(() => undefined);
    const url = await listen(mute);
    expectRefusal(await status(url, "--request-timeout=2s"), /timeout|Timeout|exceeded/);
    mute.close();
  });

  test("answers a page of HTML", async () => {
    const url = await odd((_request, response) => {
      response.setHeader("content-type", "text/html").end("<html><body>Please log in</body></html>");
    });
    expectRefusal(await status(url), /not a Kubernetes API server/);
  });

  test("cuts the connection in the middle of every list", async () => {
    const url = await odd((_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
      response.write('{"kind":"List","items":[', () => response.destroy());
    });
    expectRefusal(await status(url), /unexpected EOF|reset|closed|EOF/);
  });

  test("answers nothing at all, with 200: that is no empty cluster", async () => {
    const url = await odd((_request, response) => response.end());
    for (const command of ["status", "migrate-data -y", "plan --to v3.25.0"]) {
      const result = await shell(`"$X" ${command} --server ${url}`);
      expectRefusal(result, /answered with nothing; this is not a Kubernetes API server/);
    }
  });

  test("answers bytes that are no UTF-8", async () => {
    const url = await odd((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22]));
    });
    expectRefusal(await status(url), /not a Kubernetes API server|invalid/);
  });

  test("a name that does not resolve", async () => {
    expectRefusal(await status("https://no-such-host.invalid", "--token x"), /no such host|lookup/);
  });
});

/** What the server has, its answers rewritten on the way. */
function rewritten(
  rewrite: (answer: string, request: IncomingMessage, response: ServerResponse) => string,
): Promise<string> {
  return odd((request, response) => {
    void (async () => {
      const answer = await fetch(`${server.url}${request.url ?? ""}`);
      const text = rewrite(await answer.text(), request, response);
      response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
    })();
  });
}

describe("servers that are one, but odd", () => {
  test.each([
    ["behind", -10],
    ["ahead", 10],
  ])("its clock is 10 minutes %s: ages are told by its own", async (_name, minutes) => {
    const now = Date.now() + minutes * 60_000;
    const url = await rewritten((text, _request, response) => {
      response.setHeader("date", new Date(now).toUTCString());
      return text.replaceAll("2026-01-01T00:00:00Z", new Date(now - 3 * 3_600_000).toISOString());
    });
    const result = await status(url, "-o wide");
    expectStatus(result);
    expect(result.stdout).toMatch(/\b3h\b/);
    expect(result.stdout).not.toMatch(/invalid|2h5|-\d+[smh]\b/);
  });

  test("it warns in every answer: each warning is said once, and is an error with --warnings-as-errors", async () => {
    const url = await rewritten((text, _request, response) => {
      response.setHeader("warning", ['299 - "first"', '299 - "second"']);
      return text;
    });
    const said = "Warning: first\nWarning: second\n";
    const plain = await status(url);
    expect(plain).toEqual({ ...(await status(server.url)), stderr: said });
    // kubectl's words, after the result.
    expect(await status(url, "--warnings-as-errors")).toEqual({
      ...plain,
      stderr: `${said}error: 2 warnings received\n`,
      code: 1,
    });
  });

  test("an annotation of 10 MB on everything is read past", async () => {
    const huge = JSON.stringify("<x> é\n".repeat(1_250_000));
    const url = await rewritten((text) =>
      text.replaceAll('"creationTimestamp":', `"annotations":{"huge":${huge}},"creationTimestamp":`),
    );
    const result = await status(url);
    expectStatus(result);
    expect(result.stdout).toBe((await status(server.url)).stdout);
  });
});

describe("signals", () => {
  /** The code with which it ends after `signals`, sent one after the other while it waits for a server. */
  async function endedBy(...signals: readonly NodeJS.Signals[]): Promise<string | number | null> {
    const asked = Promise.withResolvers<undefined>();
    const url = await odd(() => asked.resolve(undefined));
    const child = spawn(executable, ["status", "--server", url], { env: { HOME: home }, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = Promise.withResolvers<string | number | null>();
    child.on("close", (code, signal) => ended.resolve(signal ?? code));
    await asked.promise;
    for (const signal of signals) child.kill(signal);
    return await ended.promise;
  }

  test.each<[string, NodeJS.Signals[], (string | number)[]]>([
    ["SIGHUP: the terminal is gone", ["SIGHUP"], ["SIGHUP", 129]],
    ["SIGTERM", ["SIGTERM"], ["SIGTERM", 143]],
    ["SIGINT", ["SIGINT"], ["SIGINT", 130]],
    ["stopped, continued and ended", ["SIGTSTP", "SIGCONT", "SIGTERM"], ["SIGTERM", 143]],
  ])("%s", async (_name, signals, codes) => {
    expect(codes).toContain(await endedBy(...signals));
  });

  test("a reader that is gone (SIGPIPE) is nothing to talk about", async () => {
    const { stderr } = await shell('"$X" status --server "$S" -o json | true');
    expect(stderr).toBe("");
  });
});

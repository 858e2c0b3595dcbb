/**
 * What the program loads before it does anything, in counts and bytes: start-up gets slower a chunk at a
 * time, and times on a busy machine do not show it. Who needs more raises the number here, and says why.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeCodeCaches } from "../../../scripts/build/code-cache.ts";
import { makeProgram, type Program } from "../../../scripts/build/program.ts";
import { startOneNodeServer } from "../../calico/one-node-server.ts";
import { knowingOnly } from "../../../src/commands/base.ts";
import { namesCache } from "../../../src/commands/complete/names-cache.ts";
import { StatusCommand } from "../../../src/commands/status.ts";
import { outputFlag } from "../../../src/flags/common.ts";
import { connectionFlags, connectionValues } from "../../../src/flags/connection.ts";
import { scan } from "../../../src/flags/scan.ts";
import { testContext } from "../flags/test-context.ts";

const root = join(import.meta.dirname, "../../..");

interface Loaded {
  readonly chunks: number;
  readonly kilobytes: number;
  /** Of Node itself: `NativeModule tls`. */
  readonly builtins: readonly string[];
}

let work = "";
/** Of every call, and of what is put into a cache for it. */
let env: Record<string, string> = {};
let program: Program;
let server: Awaited<ReturnType<typeof startOneNodeServer>>;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), "budget-"));
  env = { HOME: work, KUBECONFIG: join(work, "none") };
  [program, server] = await Promise.all([makeProgram(root, work), startOneNodeServer()]);
  for (const [name, text] of program.chunks) {
    mkdirSync(join(work, "chunks"), { recursive: true });
    writeFileSync(join(work, "chunks", name), text);
  }
}, 120_000);

afterAll(() => {
  server?.stop();
  rmSync(work, { recursive: true, force: true });
});

/** Runs one call as the executable would. */
async function loadedBy(args: readonly string[]): Promise<Loaded> {
  const folder = join(work, "chunks");
  const list = join(work, "loaded.json");
  const runner = join(import.meta.dirname, "loaded-main.ts");
  const ended = Promise.withResolvers<number | null>();
  spawn(process.execPath, ["--disable-warning=ExperimentalWarning", runner, folder, list, ...args], {
    env,
    stdio: "ignore",
  })
    .on("error", ended.reject)
    .on("close", ended.resolve);
  expect(await ended.promise).toBe(0);
  const { loaded, builtins } = JSON.parse(readFileSync(list, "utf8")) as {
    readonly loaded: readonly string[];
    readonly builtins: readonly string[];
  };
  const bytes = loaded.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
  return { chunks: loaded.length, kilobytes: Math.round(bytes / 1000), builtins };
}

describe("a call loads no more than it needs", () => {
  test.each<{ args: readonly string[]; chunks: number; kilobytes: number }>([
    // What is printed is counted where a value in it is masked: 0.3 kB of every call.
    // esbuild's helper for CommonJS has one more case since cli-table3: 44 bytes, and 10.5 kB are 11.
    { args: ["--version"], chunks: 5, kilobytes: 11 },
    // Everything that is printed is escaped, and every command that is named is quoted, and what a server says is looked at: a chunk each, 3 or 4 kB.
    { args: ["--help"], chunks: 17, kilobytes: 36 },
    // -w says what its screen shows.
    { args: ["status", "--help"], chunks: 23, kilobytes: 85 },
    { args: ["preflight", "--help"], chunks: 25, kilobytes: 88 },
    { args: ["__complete", "stat"], chunks: 17, kilobytes: 41 },
    // Its facts are those of the rules and plans and its next commands those of the runs, so they are chunks of their own;
    // node takes facts of a DaemonSet and of releases without the rules, which parts them once more.
    // It tells dataplane, encapsulation, edits by hand and what serves Windows nodes as well: 6 kB.
    // Printed roles are made of the kinds that it lists: no byte more, in one chunk more.
    // What a server answers is checked at the door, and its fields as they are kept: 6 kB.
    // client-node's KubeConfig, without its YAML, OpenID, proxies and generated clients: 25 kB.
    // Who owns a field is checked at the door as well: 1 kB. Flags of rebase and --prepull: 2 kB.
    // Runs with --drain, --bgp-check, a report and the screen of -w share parts of it, and Node records are read: three chunks, 3 kB.
    // Commands of findings as a field, and the holder of a detached run: 1 kB.
    { args: ["status", "--server", "SERVER"], chunks: 90, kilobytes: 341 },
    // The rules of its step and the loop over nodes; no YAML where there is no file, and no tables of text.
    // The screen of `status -w` shares words, the bar and the flags of runs with it, in six chunks more: 4 kB with what parts them.
    // --drain: the plan of a node knows which pods leave it and what holds them: 12 kB, in three chunks.
    // What BIRD says of its sessions, read and told: 11 kB, two chunks; the WebSocket is loaded when BIRD is asked.
    // Events for kubectl describe, and an API server that is silent while a run waits: 5 kB.
    // The record of a node, and what report tells by the same facts, leases and templates, which is parted once more: 7 kB.
    // What was pulled on a node is in its record, and the fields of a record are those of a file as well: 1 kB.
    { args: ["node", "--all", "--dry-run=client", "--server", "SERVER"], chunks: 200, kilobytes: 940 },
  ])(
    "$args",
    async ({ args, chunks, kilobytes }) => {
      const loaded = await loadedBy(args.map((arg) => (arg === "SERVER" ? server.url : arg)));
      expect(loaded.chunks).toBeLessThanOrEqual(chunks);
      expect(loaded.kilobytes).toBeLessThanOrEqual(kilobytes);
    },
    60_000,
  );

  test("status loads of Node what TLS needs, and nothing for streams of stdin, promises of files or gzip", async () => {
    const { builtins } = await loadedBy(["status", "--server", server.url]);
    const dear = [
      "tty",
      "zlib",
      "internal/fs/promises",
      "internal/fs/streams",
      "internal/readline/interface",
    ];
    expect(builtins).toContain("NativeModule tls");
    for (const name of dear) expect(builtins).not.toContain(`NativeModule ${name}`);
    expect(builtins.length).toBeLessThanOrEqual(55);
  }, 60_000);

  test("names of nodes out of the cache, without the client, YAML or TLS", async () => {
    const connection = ["--server", "https://127.0.0.1:1"];
    const line = scan(connection, Object.values(connectionFlags));
    if (!line.ok) throw new Error(line.message);
    const { context } = testContext({ env, now: () => Date.now() });
    const cache = await namesCache("nodes", connectionValues(line.scanned), context);
    await cache.write(["node-01"]);
    const { chunks, kilobytes } = await loadedBy(["__complete", "node", ...connection, ""]);
    // The flags of all commands, with rebase, --prepull and runs over many nodes; what those have in common is a chunk.
    expect(kilobytes).toBeLessThanOrEqual(117);
    expect(chunks).toBeLessThanOrEqual(34);
  }, 60_000);

  test("a parser for the flags of the line, and not for all that the command knows", () => {
    const names: string[] = [];
    const builder = {
      addOption: (added: { readonly names: readonly string[] }) => names.push(...added.names),
      addRest: () => undefined,
    };
    const command = new (knowingOnly(StatusCommand, [outputFlag]))();
    for (const value of Object.values(command) as unknown[]) {
      if (typeof value !== "object" || value === null || !("definition" in value)) continue;
      (value as { definition: (known: typeof builder, key: string) => void }).definition(builder, "");
    }
    expect(names).toEqual(["--output"]);
  });

  test("the whole program", () => {
    const bytes = [...program.chunks.values()].reduce((sum, text) => sum + text.length, 0);
    // ws, for exec: 50 kB; report and its page: 30 kB; --drain and the screen of status -w: 30 kB;
    // --detach and its objects: 25 kB.
    expect(bytes).toBeLessThan(2_180_000);
  });
});

/** By name of the chunk, the checksum of its code cache. */
async function cachesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  mkdirSync(folder);
  for (const [name, text] of program.chunks) writeFileSync(join(folder, name), text);
  await writeCodeCaches([process.execPath], program.entries, folder);
  return new Map(
    [...program.chunks.keys()].map((name) => {
      const cache = readFileSync(join(folder, `${name}.cache`));
      return [name, createHash("sha256").update(cache).digest("hex")];
    }),
  );
}

test("V8's code caches are the same bytes each time, also on a busy machine, so anybody can build the same", async () => {
  const first = await cachesOf(join(work, "first"));
  // Side by side: the time that V8 has for what it does beside is never the same.
  const others = await Promise.all(["a", "b", "c"].map((name) => cachesOf(join(work, `other-${name}`))));
  for (const other of others) expect(other).toEqual(first);
}, 60_000);

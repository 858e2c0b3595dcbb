import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const run = promisify(execFile);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cluster-build-"));
  const module = join(root, "modules", "tiny");
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, "go.mod"), "module example.test/tiny\n\ngo 1.21\n");
  writeFileSync(join(module, "main.go"), "package main\n\nfunc main() {}\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** In a process of its own, as two terminals would. */
async function build(ldflags = "-s -w"): Promise<{ folder: string; lines: string[] }> {
  const recipe = { name: "tiny", module: "tiny", commands: { fake: "." }, ldflags };
  const script = `
    import { ensureBuilt } from ${JSON.stringify(join(import.meta.dirname, "../cluster/binaries/build.ts"))};
    const [folder] = await ensureBuilt([${JSON.stringify(recipe)}], {
      cache: ${JSON.stringify(join(root, "cache"))},
      modules: ${JSON.stringify(join(root, "modules"))},
      goCache: ${JSON.stringify((await run("go", ["env", "GOCACHE"])).stdout.trim())},
      progress: (line) => console.log(line),
    });
    console.log(folder);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  const lines = stdout.trim().split("\n");
  return { folder: lines.pop() ?? "", lines };
}

test("two builds at once build once, and both get the whole result", async () => {
  const both = await Promise.all([build(), build()]);
  expect(both[0].folder).toBe(both[1].folder);
  expect(existsSync(join(both[0].folder, "fake"))).toBe(true);
  expect(both.flatMap(({ lines }) => lines).filter((line) => line === "fake: building")).toHaveLength(1);
  expect(readdirSync(join(root, "cache"))).toEqual([both[0].folder.split("/").at(-1)]);
});

test("a build that was killed does not lock others out, and its half is not taken for the whole", async () => {
  const cache = join(root, "cache");
  mkdirSync(join(cache, ".draft-tiny"), { recursive: true });
  writeFileSync(join(cache, ".draft-tiny", "fake"), "half");
  writeFileSync(join(cache, "build.lock"), JSON.stringify({ pid: process.pid, started: "long ago" }));
  const { folder } = await build();
  await run(join(folder, "fake"));
});

test("another recipe is another binary; the same one is not built again", async () => {
  const first = await build();
  const again = await build();
  const other = await build("-s");
  expect(again).toEqual({ folder: first.folder, lines: [] });
  expect(other.folder).not.toBe(first.folder);
});

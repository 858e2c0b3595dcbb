/** krew installs, runs, upgrades and removes what is released, as it would on a user's machine. */
import { execFile } from "node:child_process";
import {
  createReadStream,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { platforms, thisPlatform } from "../../scripts/build/platforms.ts";
import { ensureBuilt } from "../cluster/binaries/build.ts";
import { recipes } from "../cluster/binaries/recipes.ts";
import { archivePath, homepage, made, release, root, sha256, version } from "./released.ts";

const folder = mkdtempSync(join(tmpdir(), "krew-"));
const tools = join(folder, "tools");
const manifest = join(release, "krew/calico-upgrade.yaml");
let validator = "";

interface Result {
  readonly code: number;
  readonly text: string;
}

function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = folder,
): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  execFile(
    command,
    args,
    { cwd, env: { ...environment(), ...env }, maxBuffer: 2 ** 24 },
    (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === "number" ? error.code : -1,
        text: stdout + stderr,
      });
    },
  );
  return promise;
}

const krewRoot = (): string => join(folder, "krew");
const environment = (): NodeJS.ProcessEnv => ({
  HOME: folder,
  KREW_ROOT: krewRoot(),
  KREW_DEFAULT_INDEX_URI: join(folder, "index"),
  KREW_NO_UPGRADE_CHECK: "1",
  GIT_CONFIG_GLOBAL: join(folder, "gitconfig"),
  PATH: [tools, join(krewRoot(), "bin"), process.env["PATH"]].join(delimiter),
});
const krew = (...args: string[]): Promise<Result> => run("kubectl", ["krew", ...args]);

/** Commits a manifest of this version to the index, as whoever publishes a release does. */
async function publish(index: string, text: string): Promise<void> {
  mkdirSync(join(index, "plugins"), { recursive: true });
  writeFileSync(join(index, "plugins/calico-upgrade.yaml"), text);
  await git(index, "add", "--all");
  await git(index, "commit", "-q", "-m", "calico-upgrade");
}

async function git(cwd: string, ...args: string[]): Promise<void> {
  const result = await run("git", args, {}, cwd);
  if (result.code !== 0) throw new Error(`git ${args.join(" ")}: ${result.text}`);
}

const server = createServer((request, response) => {
  const path = join(release, basename(request.url ?? ""));
  if (existsSync(path)) createReadStream(path).pipe(response);
  else response.writeHead(404).end();
});
/** The released manifest with the address of the server above, written by the release itself. */
let served = "";

beforeAll(async () => {
  const [kubectl = "", krewFolder = ""] = await ensureBuilt([recipes.kubectl, recipes.krew], {
    progress: (line) => console.log(line),
  });
  validator = join(krewFolder, "validate-krew-manifest");
  mkdirSync(tools);
  symlinkSync(join(kubectl, "kubectl"), join(tools, "kubectl"));
  symlinkSync(join(krewFolder, "kubectl-krew"), join(tools, "kubectl-krew"));
  writeFileSync(
    join(folder, "gitconfig"),
    "[user]\n\tname = Somebody\n\temail = somebody@calico-upgrade.example\n[init]\n\tdefaultBranch = master\n",
  );
  // krew asks its own index before others; this one is empty.
  mkdirSync(join(folder, "index/plugins"), { recursive: true });
  writeFileSync(join(folder, "index/plugins/.keep"), "");
  for (const args of [
    ["init", "-q"],
    ["add", "--all"],
    ["commit", "-q", "-m", "empty"],
  ]) {
    await git(join(folder, "index"), ...args);
  }
  const updated = await krew("update");
  if (updated.code !== 0) throw new Error(updated.text);
  const listening = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => {
    listening.resolve(undefined);
  });
  await listening.promise;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const copy = join(folder, "release");
  cpSync(release, copy, { recursive: true });
  const script = join(root, "scripts/release.ts");
  const { code, text } = await run(
    process.execPath,
    [script, "--partial", "--output", copy, "--base-url", `${url}/`],
    {
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"],
    },
  );
  if (code !== 0) throw new Error(text);
  served = readFileSync(join(copy, "krew/calico-upgrade.yaml"), "utf8");
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the manifest names version, home page and the checksum of each archive", () => {
  const { spec } = parse(readFileSync(manifest, "utf8")) as {
    spec: { version: string; homepage: string; platforms: { uri: string; sha256: string }[] };
  };
  expect(spec).toMatchObject({ version: `v${version}`, homepage });
  expect(spec.platforms).toHaveLength(made.length);
  for (const each of spec.platforms) {
    expect(each.uri).toBe(`${homepage}/releases/download/v${version}/${basename(each.uri)}`);
    expect(each.sha256).toBe(sha256(join(release, basename(each.uri))));
  }
});

test("krew installs it from manifest and archive, kubectl runs it, krew takes it away again", async () => {
  const archive = archivePath(thisPlatform());
  expect(await krew("install", `--manifest=${manifest}`, `--archive=${archive}`)).toMatchObject({ code: 0 });
  expect(await run("kubectl", ["calico-upgrade", "--version"])).toEqual({ code: 0, text: `v${version}\n` });
  expect((await run("kubectl", ["calico-upgrade", "version", "-o", "json"])).text).toContain(`"v${version}"`);
  expect((await run("kubectl", ["plugin", "list"])).text).toContain("kubectl-calico_upgrade");
  expect((await krew("list")).text).toContain("calico-upgrade");
  expect(await krew("uninstall", "calico-upgrade")).toMatchObject({ code: 0 });
  expect((await run("kubectl", ["calico-upgrade", "--version"])).code).toBe(1);
  expect(existsSync(join(krewRoot(), "bin/kubectl-calico_upgrade"))).toBe(false);
});

test("an archive with another checksum is refused", async () => {
  const other = join(folder, "other.yaml");
  const wrong = readFileSync(manifest, "utf8").replaceAll(
    /sha256: (.)/g,
    (_, digit: string) => `sha256: ${digit === "0" ? "1" : "0"}`,
  );
  writeFileSync(other, wrong);
  const { code, text } = await krew(
    "install",
    `--manifest=${other}`,
    `--archive=${archivePath(thisPlatform())}`,
  );
  expect([code, text]).toEqual([1, expect.stringContaining("checksum does not match")]);
});

test("a new version in an index reaches who has the old one by krew upgrade", async () => {
  const index = join(folder, "own-index");
  mkdirSync(index);
  await git(index, "init", "-q");
  await publish(index, served.replace(`version: v${version}`, "version: v0.0.1"));
  expect(await krew("index", "add", "own", index)).toMatchObject({ code: 0 });
  expect(await krew("install", "own/calico-upgrade")).toMatchObject({ code: 0 });
  expect((await krew("list")).text).toContain("own/calico-upgrade");
  expect(existsSync(join(krewRoot(), "store/calico-upgrade/v0.0.1"))).toBe(true);
  await publish(index, served);
  expect(await krew("upgrade")).toMatchObject({ code: 0 });
  expect(existsSync(join(krewRoot(), `store/calico-upgrade/v${version}`))).toBe(true);
  expect(existsSync(join(krewRoot(), "store/calico-upgrade/v0.0.1"))).toBe(false);
  expect(await run("kubectl", ["calico-upgrade", "--version"])).toEqual({ code: 0, text: `v${version}\n` });
  expect(await krew("uninstall", "calico-upgrade")).toMatchObject({ code: 0 });
});

describe("what krew's index asks of every plugin", () => {
  test("its validation passes, and installs each platform from its address", async () => {
    const path = join(folder, "calico-upgrade.yaml");
    writeFileSync(path, served);
    const { code, text } = await run(validator, ["-manifest", path]);
    expect([code, text]).toEqual([
      0,
      expect.stringContaining(`all ${made.length} spec.platforms installed fine`),
    ]);
  });

  test.runIf(made.length === platforms.length)("every platform that krew supports widely is there", () => {
    expect(platforms.map(({ os, arch }) => `${os}/${arch}`)).toEqual([
      "linux/amd64",
      "linux/arm64",
      "darwin/amd64",
      "darwin/arm64",
      "windows/amd64",
    ]);
  });
});

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)));

interface Lock {
  packages: Record<
    string,
    {
      version: string;
      resolved?: string;
      integrity?: string;
      link?: boolean;
      peerDependencies?: Record<string, string>;
      peerDependenciesMeta?: Record<string, { optional?: boolean }>;
    }
  >;
}
const lock = JSON.parse(read("package-lock.json")) as Lock;
const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;

describe("what is installed is what was tested", () => {
  test("the lock file names no registry, so it installs through any mirror", () => {
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.includes("://"));
    expect(named).toEqual([]);
  });

  test("every package in the lock file has its checksum", () => {
    const without = Object.entries(lock.packages).filter(
      ([path, { integrity }]) => path !== "" && integrity === undefined,
    );
    expect(without).toEqual([]);
  });

  test("every dependency is pinned to one version", () => {
    const loose = Object.entries({
      ...manifest["dependencies"],
      ...manifest["devDependencies"],
      ...manifest["optionalDependencies"],
    }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test("npm ls --omit=dev names what ships: the packages that src imports and their peers, and no others", () => {
    const imported = tracked
      .filter((path) => path.startsWith("src/"))
      .flatMap((path) => [
        ...read(path).matchAll(/^(?:import|export|\}).* from "([^."][^"]*)"|import\("([^."][^"]*)"\)/gm),
      ])
      .map(([, fixed, lazy]) => /^(?:@[^/]+\/)?[^/]+/.exec(fixed ?? lazy ?? "")?.[0] ?? "")
      .filter((name) => !isBuiltin(name));
    // ws runs without the native helpers that it can use.
    const peers = imported.flatMap((name) => {
      const { peerDependencies = {}, peerDependenciesMeta = {} } =
        lock.packages[`node_modules/${name}`] ?? {};
      return Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
    });
    const shipped = [...new Set([...imported, ...peers])].toSorted();
    expect(Object.keys(manifest["dependencies"] ?? {}).toSorted()).toEqual(shipped);
  });

  test("all five Node packages carry the same version", () => {
    const versions = new Set(Object.values(manifest["optionalDependencies"] ?? {}));
    expect([...versions]).toHaveLength(1);
  });
});

describe("the project can be read and cloned anywhere", () => {
  test("no file names a folder of the machine it was written on", () => {
    const words = [`${dirname(root)}/`, `${homedir()}/`].filter((word) => word.length > 2);
    const found = tracked.filter((path) => {
      const text = read(path);
      return words.some((word) => text.includes(word));
    });
    expect(found).toEqual([]);
  });

  test("no drawers: a file's name says what is in it", () => {
    expect(tracked.filter((path) => /^(utils?|helpers?|misc|index)\.ts$/.test(basename(path)))).toEqual([]);
  });

  test("what a stranger looks for is there", () => {
    for (const path of [
      "README.md",
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "SECURITY.md",
      "LICENSE",
      ".ci/run",
    ]) {
      expect(tracked).toContain(path);
    }
  });

  test.each(["SECURITY.md", "docs/proof.md"])("every test that %s names is there", (page) => {
    const named = [...read(page).matchAll(/\btest\/[\w./-]+\.test\.ts\b/g)].map(([path]) => path);
    expect(named.filter((path) => !tracked.includes(path))).toEqual([]);
  });

  test("the version of package.json and the newest of CHANGELOG.md are one", () => {
    const newest = /^## (\d\S*)/m.exec(read("CHANGELOG.md"))?.[1];
    expect(newest).toBe((manifest as unknown as { version: string }).version);
  });
});

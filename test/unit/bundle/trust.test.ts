import { execFile } from "node:child_process";
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
} from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listBundles, readBundle, readParts } from "../../../src/bundle/read.ts";
import { isForeign, othersWrite } from "../../../src/bundle/trust.ts";
import { openBundle } from "../../../src/bundle/write.ts";
import { forge } from "./forge.ts";

let root: string;
let directory: string;

const cluster = { uid: "7d1b5a8e", server: "https://10.0.0.1:6443", kubernetes: "v1.36.4" };
const options = {
  command: "configmap",
  tool: "1.2.3",
  cluster,
  now: () => Date.parse("2026-05-01T12:00:00Z"),
};
const object = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "calico-config", namespace: "kube-system" },
  data: { a: "b" },
};
const place = { group: "", version: "v1", resource: "configmaps", kind: "ConfigMap" };

async function save(partOf?: { readonly run: string; readonly place: number }): Promise<string> {
  const bundle = await openBundle(root, { ...options, ...(partOf === undefined ? {} : { partOf }) });
  const ref = { ...place, namespace: "kube-system", name: "calico-config" };
  await bundle.save([{ action: "changed", ref, before: object }]);
  await bundle.close();
  return bundle.directory;
}

beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "trust-")), "bundles");
  directory = await save();
});
afterEach(async () => {
  await rm(join(root, ".."), { recursive: true, force: true });
});

const objectIn = async (of: string): Promise<string> =>
  join(of, "objects", (await readdir(join(of, "objects")))[0] ?? "");

describe("what others could have written is not read", () => {
  test("a folder or a file that others may write to, and the word that puts it right", async () => {
    const index = join(directory, "index.json");
    const paths = [directory, join(directory, "objects"), index, await objectIn(directory)];
    for (const path of paths) {
      const { mode } = await lstat(path);
      for (const open of [0o020, 0o002]) {
        await chmod(path, mode | open);
        await expect(readBundle(directory)).rejects.toThrow(
          new RegExp(
            `^the bundle .* cannot be used: others may write to ${path} .*chmod go-w ${path}; nothing`,
          ),
        );
      }
      await chmod(path, mode);
    }
    await expect(readBundle(directory)).resolves.toMatchObject({ entries: [{ name: "calico-config" }] });
  });

  test("a link in place of the folder, of objects, of the index or of an object", async () => {
    const elsewhere = join(root, "..", "elsewhere");
    await cp(directory, elsewhere, { recursive: true });
    for (const path of ["objects", "index.json", join("objects", basename(await objectIn(directory)))]) {
      await rename(join(directory, path), join(directory, "..", "kept"));
      await symlink(join(elsewhere, path), join(directory, path));
      await expect(readBundle(directory)).rejects.toThrow(/is a link|it is a link/);
      await rm(join(directory, path));
      await rename(join(directory, "..", "kept"), join(directory, path));
    }
    const link = join(root, "..", "link");
    await symlink(directory, link);
    await expect(readBundle(link)).rejects.toThrow(`${link} is a link; name the folder itself`);
  });

  test("a pipe in place of a file is refused at once, and a file larger than any that is saved", async () => {
    const index = join(directory, "index.json");
    const path = await objectIn(directory);
    await truncate(path, 17 * 1024 ** 2);
    await expect(readBundle(directory)).rejects.toThrow(/has 17825792 bytes, and no run saves more than/);
    await rm(index);
    await promisify(execFile)("mkfifo", ["-m", "600", index]);
    await expect(readBundle(directory)).rejects.toThrow(`${index} is not a regular file`);
  });
});

describe("in a directory that everybody may add to", () => {
  beforeEach(async () => {
    await chmod(root, 0o1777);
  });

  test("our own runs are found and used", async () => {
    expect((await listBundles(root)).map((each) => [each.directory, each.why])).toEqual([
      [directory, undefined],
    ]);
    await expect(save()).resolves.toContain(root);
  });

  // Only root may give a folder away, and so make what somebody else has made.
  test.runIf(userInfo().uid === 0)("somebody else's folder does not stand in for our run", async () => {
    const other = join(root, "00000000");
    await cp(join(directory, ".."), other, { recursive: true });
    const theirs = join(other, basename(directory));
    await forge(theirs, () => ({ started: "2026-05-02T12:00:00Z" }));
    for (const path of [
      other,
      theirs,
      join(theirs, "objects"),
      join(theirs, "index.json"),
      await objectIn(theirs),
    ])
      await chown(path, 65_534, 65_534);
    const listed = await listBundles(root);
    expect(listed.filter(({ index }) => index !== undefined).map((each) => each.directory)).toEqual([
      directory,
    ]);
    expect(listed.find((each) => each.directory === other)?.why).toContain(
      `it belongs to another user, who could have written anything into it: look at it, and copy it to take it over: cp -R ${other} COPY`,
    );
    await expect(readBundle(theirs)).rejects.toThrow(`copy it to take it over: cp -R ${theirs} COPY`);
    const copy = join(root, "..", "copy");
    await promisify(execFile)("cp", ["-R", theirs, copy]);
    await expect(readBundle(copy)).resolves.toMatchObject({ index: { started: "2026-05-02T12:00:00Z" } });
  });

  test.runIf(userInfo().uid === 0)("what somebody else lays beside our run is no part of it", async () => {
    const run = basename(directory);
    const part = await save({ run, place: 1 });
    expect((await readParts(await readBundle(directory))).after).toHaveLength(1);
    for (const path of [part, join(part, "index.json")]) await chown(path, 65_534, 65_534);
    expect((await readParts(await readBundle(directory))).after).toEqual([]);
  });

  test.runIf(userInfo().uid === 0)(
    "a directory whose owner is another user is refused for reading and for saving",
    async () => {
      await chown(root, 65_534, 65_534);
      await expect(save()).rejects.toThrow(
        "belongs to somebody else; choose another place with --bundle-dir",
      );
      await expect(listBundles(root)).rejects.toThrow("it belongs to another user");
    },
  );

  test("a name that no run has is not shown, whatever it would do to a terminal", async () => {
    await mkdir(join(directory, "..", "x\u001B]52;c;eA==\u0007"));
    expect((await listBundles(root)).map((each) => each.directory)).toEqual([directory]);
  });
});

test("root's and our own files are trusted, and those of nobody else", () => {
  expect([0, 1000, 1001].map((uid) => isForeign({ uid, mode: 0o700 }, 1000))).toEqual([false, false, true]);
  const modes = [0o700, 0o755, 0o770, 0o707, 0o1777];
  expect(modes.map((mode) => othersWrite({ uid: 0, mode }))).toEqual([false, false, true, true, true]);
  expect(othersWrite({ uid: 0, mode: 0o1777 }, true)).toBe(false);
});

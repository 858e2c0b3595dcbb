/** The records of a run in its folder: kept as the rest of the folder is, and believed as a bundle is. */
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listBundles, readBundle } from "../../../src/bundle/read.ts";
import { readCollected } from "../../../src/bundle/records.ts";
import { saveRecords } from "../../../src/bundle/save-records.ts";
import { openBundle, type OpenBundle } from "../../../src/bundle/write.ts";
import { formatRunRecords } from "../../../src/model/run-records.ts";
import { parseTime } from "../../../src/model/time.ts";
import { recordAt, run } from "../build/a-run.ts";

const now = parseTime("2026-11-30T23:00:00Z") ?? 0;
const textOf = (...at: readonly number[]): string =>
  formatRunRecords({
    run,
    collected: now,
    nodes: at.map((each) => ({ name: `node-0${String(each)}`, record: recordAt(each) })),
  });

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "records-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function bundle(): Promise<OpenBundle> {
  return await openBundle(root, {
    command: "node",
    tool: "0.1.0",
    cluster: { uid: "c0ffee", server: "https://10.0.0.1:6443", kubernetes: "v1.36.0" },
    now: () => now,
  });
}

const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "shop" } };
async function saved(): Promise<OpenBundle> {
  const opened = await bundle();
  const ref = {
    group: "",
    version: "v1",
    resource: "configmaps",
    kind: "ConfigMap",
    namespace: "shop",
    name: "a",
  };
  await opened.save([{ action: "changed", ref, before: configMap, after: configMap }]);
  return opened;
}

/** The folder of a run that saved nothing else. */
async function alone(text = textOf(0)): Promise<string> {
  await saveRecords(root, { daemonSet: "uid-1", command: "node", now }, text);
  const [name = ""] = await readdir(join(root, "uid-1"));
  return join(root, "uid-1", name);
}

const foundIn = async () => (await readCollected(root)).found.map(({ file }) => file);

describe("written", () => {
  test("beside what the run saved, for its owner alone, the last time of several; undo reads the bundle as before", async () => {
    const opened = await saved();
    await opened.keepRecords(textOf(0));
    await opened.keepRecords(textOf(0, 1));
    await opened.close();
    const file = join(opened.directory, "records.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, "utf8")).toBe(textOf(0, 1));
    expect(await readdir(opened.directory)).toEqual(["index.json", "objects", "records.json"]);
    expect((await readBundle(opened.directory)).entries).toHaveLength(1);
    expect(await foundIn()).toEqual([file]);
  });

  test("of a run that saved nothing else in a folder of its own, which undo --list does not have", async () => {
    const directory = await alone();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, "records.json"))).mode & 0o777).toBe(0o600);
    expect(await listBundles(root)).toEqual([]);
    expect(await foundIn()).toEqual([join(directory, "records.json")]);
  });

  test("never through a link that somebody put there", async () => {
    const elsewhere = join(root, "elsewhere");
    await writeFile(elsewhere, "precious");
    const opened = await saved();
    await symlink(elsewhere, join(opened.directory, "records.json"));
    await symlink(elsewhere, join(opened.directory, ".records.json.new"));
    await opened.keepRecords(textOf(0));
    expect(await readFile(elsewhere, "utf8")).toBe("precious");
    expect(await readFile(join(opened.directory, "records.json"), "utf8")).toBe(textOf(0));
  });

  test("nor below a folder that others may write to, and nothing is left", async () => {
    await mkdir(join(root, "uid-1"));
    await chmod(join(root, "uid-1"), 0o777);
    await expect(saveRecords(root, { daemonSet: "uid-1", command: "node", now }, textOf(0))).rejects.toThrow(
      /others may/,
    );
    expect(await readdir(join(root, "uid-1"))).toEqual([]);
  });

  test("a bundle whose index is gone is listed as damaged, records or not", async () => {
    const opened = await saved();
    await opened.keepRecords(textOf(0));
    await opened.close();
    await rm(join(opened.directory, "index.json"));
    expect(await listBundles(root)).toMatchObject([{ directory: opened.directory, why: /cannot be used/ }]);
  });
});

describe("read", () => {
  test("no folder at all is no record", async () => {
    expect(await readCollected(join(root, "nothing"))).toEqual({ found: [], refused: [] });
  });

  test("a bundle without records is nothing to speak of", async () => {
    await (await saved()).close();
    expect(await readCollected(root)).toEqual({ found: [], refused: [] });
  });

  const spoiled: readonly (readonly [string, (directory: string) => Promise<unknown>, RegExp])[] = [
    [
      "the file is not what a run writes",
      (at) => writeFile(join(at, "records.json"), "{}"),
      /not what a run/,
    ],
    ["others may write to the file", (at) => chmod(join(at, "records.json"), 0o666), /others may write/],
    ["others may write to its folder", (at) => chmod(at, 0o777), /others may write/],
    ["others may write to the folder above", (at) => chmod(join(at, ".."), 0o777), /others may write/],
    ["others may write to all folders", () => chmod(root, 0o777), /others may write/],
    [
      "the file is a link",
      async (at) => {
        await rename(join(at, "records.json"), join(root, "moved"));
        await symlink(join(root, "moved"), join(at, "records.json"));
      },
      /records\.json: it is a link/,
    ],
    [
      "the file is a folder",
      async (at) => {
        await rm(join(at, "records.json"));
        await mkdir(join(at, "records.json"));
      },
      /not a regular file/,
    ],
  ];
  test.each(spoiled)("%s: left out, with the reason", async (_what, spoil, why) => {
    const directory = await alone();
    await spoil(directory);
    const { found, refused } = await readCollected(root);
    expect([found, refused]).toEqual([[], [expect.stringMatching(why)]]);
  });

  test("one that is spoiled does not hide the others", async () => {
    const opened = await saved();
    await opened.keepRecords(textOf(1));
    await opened.close();
    await chmod(join(await alone(), "records.json"), 0o666);
    expect(await foundIn()).toEqual([join(opened.directory, "records.json")]);
  });
});

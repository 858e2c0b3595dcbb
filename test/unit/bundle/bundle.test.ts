import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample, string } from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { contentText, fileNameOf } from "../../../src/bundle/content.ts";
import { inverseOrder } from "../../../src/bundle/inverse.ts";
import { bundleRoot } from "../../../src/bundle/place.ts";
import { listBundles, readBundle, readParts } from "../../../src/bundle/read.ts";
import type { PartOf } from "../../../src/bundle/part.ts";
import { hashOf, openBundle, type OpenBundle } from "../../../src/bundle/write.ts";
import type { Draft } from "../../../src/model/draft.ts";
import { bundleDirFlag } from "../../../src/flags/bundle.ts";
import type { KubeObject } from "../../../src/model/kube.ts";

let root: string;
beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "bundle-")), "state", "calico-upgrade");
});
afterEach(async () => {
  await rm(join(root, "..", ".."), { recursive: true, force: true });
});

const at = Date.parse("2026-05-01T12:00:00Z");

async function open(where = root, partOf?: PartOf, command = "migrate-policy"): Promise<OpenBundle> {
  return await openBundle(where, {
    command,
    tool: "1.2.3",
    cluster: { uid: "7d1b5a8e-0000", server: "https://me:secret@10.0.0.1:6443", kubernetes: "v1.15.12" },
    data: { driver: "etcd" },
    ...(partOf === undefined ? {} : { partOf }),
    now: () => at,
  });
}

function policy(name: string, more: object = {}): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name,
      namespace: "shop",
      uid: `uid-${name}`,
      resourceVersion: "17",
      creationTimestamp: "2026-04-01T00:00:00Z",
      managedFields: [{ manager: "kubectl" }],
    },
    spec: { podSelector: {}, ingress: [{ ports: [{ port: "017" }, { port: 80 }] }] },
    status: { conditions: [] },
    ...more,
  };
}

function deletion(object: KubeObject): Draft {
  const { name, namespace = "" } = object.metadata;
  const place = { group: "networking.k8s.io", version: "v1", resource: "networkpolicies" };
  return { action: "deleted", ref: { ...place, kind: object.kind, namespace, name }, before: object };
}

const secret: Draft = {
  action: "changed",
  ref: { group: "", version: "v1", resource: "secrets", kind: "Secret", namespace: "shop", name: "token" },
  before: {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "token", namespace: "shop", annotations: { note: "c2VjcmV0" } },
    data: { password: "aHVudGVyMg==" },
    stringData: { plain: "hunter2" },
  },
};

describe("what was saved can be read back", () => {
  test("H14: who owned which field of what was there, but for its status; a Secret's keys are not saved", async () => {
    const entry = (manager: string, more: object = {}) =>
      ({ manager, operation: "Apply", apiVersion: "v1", fieldsV1: { "f:spec": {} }, ...more }) as const;
    const managedFields = [entry("kubectl"), entry("kube-controller-manager", { subresource: "status" })];
    const owned = (object: KubeObject): KubeObject => ({
      ...object,
      metadata: { ...object.metadata, managedFields },
    });
    const { before = policy("a") } = secret;
    const bundle = await open();
    await bundle.save([deletion(owned(policy("a"))), { ...secret, before: owned(before) }]);
    await bundle.close();
    const { entries } = await readBundle(bundle.directory);
    expect(entries.map((each) => each.before?.managers)).toEqual([[entry("kubectl")], undefined]);
  });

  test("every object as somebody would apply it, and who it was", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a")), deletion(policy("b"))]);
    bundle.done(1);
    await bundle.close();
    const { entries, index } = await readBundle(bundle.directory);
    expect(index).toMatchObject({
      format: 1,
      command: "migrate-policy",
      tool: "1.2.3",
      data: { driver: "etcd" },
    });
    expect(index.cluster.server).toBe("https://10.0.0.1:6443");
    expect(index.started).toBe("2026-05-01T12:00:00Z");
    expect(index.ended).toBe("2026-05-01T12:00:00Z");
    expect(entries.map(({ id, name, done }) => [id, name, done])).toEqual([
      [1, "a", true],
      [2, "b", false],
    ]);
    expect(entries[0]?.before).toMatchObject({ uid: "uid-a", resourceVersion: "17" });
    expect(entries[0]?.beforeObject).toEqual({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "a", namespace: "shop" },
      spec: policy("a")["spec"],
    });
    const yaml = await readFile(
      join(bundle.directory, "objects", "0001-networkpolicy-shop-a.before.yaml"),
      "utf8",
    );
    expect(yaml).toContain('port: "017"');
  });

  test("any text in any field survives YAML", async () => {
    const bundle = await open();
    const texts = sample(string({ unit: "binary", maxLength: 40 }), 1000);
    const odd = [
      "yes",
      "0o17",
      "12:30",
      "1e999",
      "~",
      "",
      " ",
      "\u0000",
      "\u0080",
      "\u007F",
      "\uFFFF",
      "a\n\u0090\nb",
      "\u2028\uFEFF\u0085",
      "\u{1F600}",
      "2001-01-01",
      "a: b",
      "- x",
    ];
    const values = [...odd, ...texts].map((text) => text.toWellFormed());
    const drafts = values.map((value, number) =>
      deletion(policy(`p${String(number)}`, { spec: { value, list: [value, number, number % 2 === 0] } })),
    );
    await bundle.save(drafts);
    await bundle.close();
    const { entries } = await readBundle(bundle.directory);
    expect(entries.map(({ beforeObject }) => beforeObject?.["spec"])).toEqual(
      drafts.map(({ before }) => before?.["spec"]),
    );
  });

  test("a run that was killed leaves what it saved, and does not claim that it was done", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    bundle.done(1);
    const { index } = await readBundle(bundle.directory);
    expect(index.ended).toBeUndefined();
    expect(index.entries.map(({ done }) => done)).toEqual([false]);
  });

  test("files of a save that did not come to its end do not spoil what was saved before", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    await writeFile(join(bundle.directory, "objects", "0002-networkpolicy-shop-b.before.yaml"), "half");
    await writeFile(join(bundle.directory, ".index.json.new"), "{");
    expect((await readBundle(bundle.directory)).entries).toHaveLength(1);
    await bundle.save([deletion(policy("c"))]).catch(() => {});
    expect((await readBundle(bundle.directory)).entries.length).toBeGreaterThan(0);
  });

  test("what the server made of a write is told apart from what was meant", async () => {
    const bundle = await open();
    const meant = policy("default-deny");
    const [id = 0] = await bundle.save([
      { ...deletion(meant), action: "created", before: undefined, after: meant } as unknown as Draft,
    ]);
    const answer = policy("default-deny", { spec: { podSelector: {}, policyTypes: ["Ingress"] } });
    bundle.done(id, answer);
    await bundle.close();
    const [entry] = (await readBundle(bundle.directory)).entries;
    expect(entry?.after?.hash).toBe(hashOf(meant));
    expect(entry?.written).toEqual({ uid: "uid-default-deny", resourceVersion: "17", hash: hashOf(answer) });
  });

  test("saves that come together are all there, in their order", async () => {
    const bundle = await open();
    const ids = await Promise.all(
      Array.from(
        { length: 30 },
        async (_none, number) => await bundle.save([deletion(policy(`p${String(number)}`))]),
      ),
    );
    const { entries } = await readBundle(bundle.directory);
    expect(entries.map(({ id }) => id)).toEqual(ids.flat());
    expect(entries.map(({ name }) => name)).toEqual(ids.map((_id, number) => `p${String(number)}`));
  });

  test("what was not written need not be taken back, and a run that wrote nothing leaves nothing", async () => {
    const bundle = await open();
    const [id = 0] = await bundle.save([deletion(policy("a"))]);
    bundle.dropped(id);
    await bundle.close();
    expect(await listBundles(root)).toEqual([]);
    expect(await readdir(root)).toEqual([]);
  });

  test("the inverse goes backwards", () => {
    expect(inverseOrder([{ id: 1 }, { id: 3 }, { id: 2 }]).map(({ id }) => id)).toEqual([3, 2, 1]);
  });
});

describe("nobody else reads it", () => {
  test("directories are 0700 and files 0600, those above included", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    await bundle.close();
    const all = [
      root,
      join(root, ".."),
      ...(await readdir(root, { recursive: true })).map((name) => join(root, name)),
    ];
    const modes = await Promise.all(all.map(async (path) => await stat(path)));
    expect(modes.filter((each) => each.isDirectory()).map(({ mode }) => (mode & 0o777).toString(8))).toEqual([
      "700",
      "700",
      "700",
      "700",
      "700",
    ]);
    expect(modes.filter((each) => each.isFile()).map(({ mode }) => (mode & 0o777).toString(8))).toEqual([
      "600",
      "600",
    ]);
  });

  test("a Secret's values never enter, and it is said that it was there", async () => {
    const bundle = await open();
    await bundle.save([secret]);
    await bundle.close();
    const names = await readdir(bundle.directory, { recursive: true });
    const texts = await Promise.all(
      names
        .filter((name) => /\.(json|yaml)$/.test(name))
        .map(async (name) => await readFile(join(bundle.directory, name), "utf8")),
    );
    expect(texts.join()).not.toMatch(/aHVudGVyMg|hunter2|c2VjcmV0/);
    const [entry] = (await readBundle(bundle.directory)).entries;
    expect(entry).toMatchObject({ kind: "Secret", name: "token" });
    expect(entry?.beforeObject).toBeUndefined();
  });

  test("a link is never followed to make one", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "elsewhere-"));
    await mkdir(join(root, ".."), { recursive: true });
    await symlink(elsewhere, root);
    await expect(open()).rejects.toThrow(`${root} is a link`);
    await rm(root);
    await mkdir(root, { mode: 0o700 });
    await symlink(elsewhere, join(root, "7d1b5a8e-0000"));
    await expect(open()).rejects.toThrow("is a link");
    expect(await readdir(elsewhere)).toEqual([]);
    await rm(elsewhere, { recursive: true });
  });

  test("a directory that others may look into or write to is refused", async () => {
    await mkdir(join(root, "7d1b5a8e-0000"), { recursive: true });
    await chmod(join(root, "7d1b5a8e-0000"), 0o755);
    await expect(open()).rejects.toThrow(/others may look into .*7d1b5a8e-0000.*chmod 700/);
    await chmod(root, 0o777);
    await expect(open()).rejects.toThrow(/others may write to .*chmod go-w/);
  });
});

describe("a place that cannot hold it is refused before anything is written", () => {
  test("in the way stands a file", async () => {
    await mkdir(join(root, ".."), { recursive: true });
    await writeFile(root, "");
    await expect(open()).rejects.toThrow(`${root} is not a directory`);
    await expect(open(join(root, "below"))).rejects.toThrow("a part of the path is not a directory");
  });

  test("where the disk is full, nothing of it is claimed to be saved", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    // A directory in the file's place fails as a full disk does: in the middle.
    await mkdir(join(bundle.directory, "objects", "0002-networkpolicy-shop-b.before.yaml"));
    await expect(bundle.save([deletion(policy("b")), deletion(policy("c"))])).rejects.toThrow(
      /cannot save to the bundle .*; what it would have protected was not written/,
    );
    expect((await readBundle(bundle.directory)).entries.map(({ name }) => name)).toEqual(["a"]);
  });

  test("where only the index no longer fits, the objects beside it are not left as a bundle", async () => {
    const bundle = await open();
    const inTheWay = join(bundle.directory, ".index.json.new");
    await mkdir(inTheWay);
    await expect(bundle.save([deletion(policy("a"))])).rejects.toThrow("was not written");
    await rmdir(inTheWay);
    await bundle.close();
    expect(await readdir(root)).toEqual([]);
  });

  test.runIf(existsSync("/proc/self"))("a place in /proc is refused, and not tried for ever", async () => {
    await expect(open("/proc/nobody/state")).rejects.toThrow(
      /cannot save to the bundle \/proc\/nobody\/state/,
    );
  });

  test("no home", () => {
    expect(() => bundleRoot(undefined, {})).toThrow(/neither XDG_STATE_HOME nor HOME.*--bundle-dir/);
    expect(() => bundleRoot("", {})).toThrow("--bundle-dir");
    expect(bundleRoot(undefined, { HOME: "/home/me" })).toBe("/home/me/.local/state/calico-upgrade");
    expect(bundleRoot(undefined, { HOME: "/home/me", XDG_STATE_HOME: "/var/me" })).toBe(
      "/var/me/calico-upgrade",
    );
    expect(bundleRoot(undefined, { HOME: "/home/me", XDG_STATE_HOME: "relative" })).toBe(
      "/home/me/.local/state/calico-upgrade",
    );
    expect(bundleRoot("/tmp/x", {})).toBe("/tmp/x");
    expect(bundleDirFlag.help).toContain("$XDG_STATE_HOME/calico-upgrade or ~/.local/state/calico-upgrade");
  });
});

describe("a damaged bundle is refused whole", () => {
  const files: readonly (readonly [string, string])[] = [
    ["an object", join("objects", "0001-networkpolicy-shop-a.before.yaml")],
    ["the index", "index.json"],
  ];
  for (const [what, file] of files) {
    test(`any byte of ${what} that is another`, async () => {
      const bundle = await open();
      await bundle.save([deletion(policy("a")), deletion(policy("b"))]);
      await bundle.close();
      const path = join(bundle.directory, file);
      const text = await readFile(path, "utf8");
      for (let at = 0; at < text.length; at += 7) {
        // White space between the fields of the index means nothing.
        if (file === "index.json" && /\s/.test(text[at] ?? "")) continue;
        const other = text[at] === "x" ? "y" : "x";
        await writeFile(path, text.slice(0, at) + other + text.slice(at + 1));
        await expect(
          readBundle(bundle.directory),
          `${String(at)}: ${text.slice(at - 9, at + 9)}`,
        ).rejects.toThrow(/cannot be used/);
      }
    });
  }

  test("a file that is gone, an index cut off, one of a newer version, and none at all", async () => {
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    await bundle.close();
    const index = join(bundle.directory, "index.json");
    const text = await readFile(index, "utf8");
    await writeFile(index, text.slice(0, -20));
    await expect(readBundle(bundle.directory)).rejects.toThrow("index.json is not JSON");
    await writeFile(index, text.replace('"format": 1', '"format": 2'));
    await expect(readBundle(bundle.directory)).rejects.toThrow("newer version");
    expect(await listBundles(root)).toMatchObject([
      { why: expect.stringContaining("newer version") as string },
    ]);
    await writeFile(index, text);
    await rm(join(bundle.directory, "objects", "0001-networkpolicy-shop-a.before.yaml"));
    await expect(readBundle(bundle.directory)).rejects.toThrow(
      /no such file or directory; a bundle is used whole/,
    );
    await expect(readBundle(join(root, "nowhere"))).rejects.toThrow(/cannot read .*nowhere/);
  });

  test("bundles are listed with the oldest first, and no place is an empty list", async () => {
    expect(await listBundles(join(root, "none"))).toEqual([]);
    const bundle = await open();
    await bundle.save([deletion(policy("a"))]);
    await bundle.close();
    expect((await listBundles(root)).map(({ directory, index }) => [directory, index?.command])).toEqual([
      [bundle.directory, "migrate-policy"],
    ]);
  });
});

test("the same content has the same text, whatever the server added and in whatever order", () => {
  const { spec, ...rest } = policy("a");
  const turned = {
    spec,
    ...rest,
    metadata: { namespace: "shop", name: "a", uid: "other", resourceVersion: "99" },
  };
  expect(contentText(turned as unknown as KubeObject)).toBe(contentText(policy("a")));
  expect(contentText(policy("a", { spec: {} }))).not.toBe(contentText(policy("a")));
});

test("a file's name holds nothing that a file system refuses", () => {
  const name = fileNameOf({ id: 7, kind: "ClusterRole", name: `system:${"x".repeat(240)}/..` }, "before");
  expect(name).toMatch(/^0007-clusterrole-system_x+\.before\.yaml$/);
  expect(name.length).toBeLessThan(255);
});

describe("runs that are steps of another one", () => {
  async function saved(bundle: OpenBundle): Promise<string> {
    await bundle.save([deletion(policy("web"))]);
    await bundle.close();
    return bundle.directory;
  }

  test("are found beside it, in the order in which they were done, and nobody else's are", async () => {
    const run = await open(root, undefined, "apply");
    const other = await open(root, undefined, "apply");
    await saved(await open(root, { run: other.run }));
    const directories = [
      await saved(await open(root, { run: run.run, place: -1 }, "undo")),
      await saved(await open(root, { run: run.run, place: -2 }, "undo")),
      await saved(await open(root, { run: run.run }, "migrate-policy")),
      await saved(await open(root, { run: run.run, place: 1 }, "migrate-data")),
    ];
    const [second, first, undated, after] = directories;
    const parts = await readParts(await readBundle(await saved(run)));
    expect(parts.before.map(({ directory }) => directory)).toEqual([undated, first, second]);
    expect(parts.after.map(({ directory }) => directory)).toEqual([after]);
    expect(await readParts(await readBundle(undated ?? ""))).toEqual({ before: [], after: [] });
  });

  test("a damaged one is known as a part by its name and stops the run that it belongs to, and only that", async () => {
    const run = await open(root, undefined, "apply");
    const other = await saved(await open(root, undefined, "apply"));
    const part = await saved(await open(root, { run: run.run, place: 1 }, "undo"));
    await writeFile(join(part, "index.json"), "{");
    const bundle = await readBundle(await saved(run));
    await expect(readParts(bundle)).rejects.toThrow(
      `the bundle ${part} cannot be used: index.json is not JSON; nothing was done with it; it is a part of the run ${run.run}, which goes back as a whole: move that directory away to leave the part out`,
    );
    expect(await readParts(await readBundle(other))).toEqual({ before: [], after: [] });
  });
});

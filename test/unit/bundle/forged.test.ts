import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IndexEntry } from "../../../src/bundle/format.ts";
import { readBundle } from "../../../src/bundle/read.ts";
import { hashOf, openBundle, sha256 } from "../../../src/bundle/write.ts";
import type { KubeObject, Ref } from "../../../src/model/kube.ts";
import { forge, forgeEntry } from "./forge.ts";

let root: string;
let directory: string;
const ref: Ref = {
  group: "",
  version: "v1",
  resource: "configmaps",
  kind: "ConfigMap",
  namespace: "shop",
  name: "victim",
};
const object: KubeObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "victim", namespace: "shop", uid: "uid-1", resourceVersion: "7" },
  data: { a: "b" },
};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "forged-"));
  const bundle = await openBundle(root, {
    command: "configmap",
    tool: "1.2.3",
    cluster: { uid: "7d1b5a8e", server: "https://10.0.0.1:6443", kubernetes: "v1.36.4" },
    now: () => Date.parse("2026-05-01T12:00:00Z"),
  });
  await bundle.save([{ action: "changed", ref, before: object }]);
  await bundle.close();
  ({ directory } = bundle);
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** The object in its file, and an index that agrees with it. */
async function forgeObject(other: KubeObject): Promise<void> {
  const index = JSON.parse(await readFile(join(directory, "index.json"), "utf8")) as {
    readonly entries: readonly IndexEntry[];
  };
  const before = index.entries[0]?.before;
  const text = JSON.stringify(other);
  await writeFile(join(directory, before?.file ?? ""), text);
  const hash = "metadata" in other ? hashOf(other) : "sha256:0";
  await forgeEntry(directory, { before: { ...before, hash, sha256: sha256(text) } });
}

describe("an index whose words are no names is refused before anything is read of a cluster", () => {
  test.each([
    ["a version with a way out", { version: "v1/../../apis/crd.projectcalico.org/v1" }],
    ["a version that is the way up", { version: ".." }],
    ["a group with a way out", { group: "apps/../.." }],
    ["a group of dots", { group: "a..b" }],
    ["a resource with a subresource", { resource: "nodes/node-01/proxy" }],
    ["a resource that is the way up", { resource: ".." }],
    ["a resource with a query", { resource: "configmaps?dryRun=All" }],
    ["a name with a slash", { name: "a/../../../nodes/node-01" }],
    ["a name that is the way up", { name: ".." }],
    ["a name with an encoded slash", { name: "a%2fb" }],
    ["a name with a line break", { name: "a\nUndo nothing?" }],
    ["a name that sets the terminal's title", { name: "a\u001B]0;x\u0007" }],
    ["a name with bidi override", { name: "a\u202Eb" }],
    ["a namespace with a way out", { namespace: "../nodes" }],
    ["an empty namespace", { namespace: "" }],
    ["a kind with a slash", { kind: "ConfigMap/status" }],
    [
      "a field manager with a line break",
      {
        before: {
          hash: "sha256:0",
          managers: [{ manager: "a\nb", operation: "Apply", apiVersion: "v1", fieldsV1: {} }],
        },
      },
    ],
    ["field managers that are no list", { before: { hash: "sha256:0", managers: {} } }],
    ["a UID with a control character", { before: { uid: "\u009B", hash: "sha256:0" } }],
  ])("%s", async (_what, fields) => {
    await forgeEntry(directory, fields);
    await expect(readBundle(directory)).rejects.toThrow("cannot be used: index.json lacks what it must hold");
  });

  test.each([
    ["a command that writes to the terminal", { command: "apply\u001B[2J" }],
    ["a start that is another sentence", { started: "2026-05-01T12:00:00Z and nothing else?" }],
    ["an end that is none", { ended: "\u009Bx" }],
    ["a run that is a path", { run: "../../x" }],
    ["an address with a line break", { cluster: { uid: "u", server: "https://a\nb", kubernetes: "v1" } }],
    ["data that is a list", { data: [] }],
  ])("%s", async (_what, fields) => {
    await forge(directory, () => fields);
    await expect(readBundle(directory)).rejects.toThrow("cannot be used: index.json lacks what it must hold");
  });
});

test("a DaemonSet of a file in extensions/v1beta1 that the server calls apps/v1 is the same one", async () => {
  const metadata = { name: "calico-node", namespace: "kube-system" };
  const place = { group: "extensions", version: "v1beta1", resource: "daemonsets", kind: "DaemonSet" };
  const bundle = await openBundle(root, {
    command: "apply",
    tool: "1.2.3",
    cluster: { uid: "7d1b5a8e", server: "https://10.0.0.1:6443", kubernetes: "v1.15.12" },
    now: () => Date.parse("2026-05-01T12:00:00Z"),
  });
  const [before, after] = ["apps/v1", "extensions/v1beta1"].map((apiVersion) => ({
    apiVersion,
    kind: "DaemonSet",
    metadata,
  }));
  await bundle.save([
    {
      action: "changed",
      ref: { ...place, ...metadata },
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ]);
  await bundle.close();
  await expect(readBundle(bundle.directory)).resolves.toMatchObject({ entries: [{ name: "calico-node" }] });
});

describe("an entry is about the object in its file, or the bundle is refused", () => {
  test.each([
    ["of another namespace", { ...object, metadata: { ...object.metadata, namespace: "kube-system" } }],
    ["of another name", { ...object, metadata: { ...object.metadata, name: "other" } }],
    ["of another kind", { ...object, kind: "Secret" }],
    ["of another group", { ...object, apiVersion: "crd.projectcalico.org/v1" }],
    ["without metadata", { apiVersion: "v1", kind: "ConfigMap" } as unknown as KubeObject],
    ["that is a list", [] as unknown as KubeObject],
  ])("%s", async (_what, other) => {
    await expect(readBundle(directory)).resolves.toMatchObject({ entries: [{ name: "victim" }] });
    await forgeObject(other);
    await expect(readBundle(directory)).rejects.toThrow(
      'is not the ConfigMap "victim" that index.json names; nothing was done with it',
    );
  });
});

/** A bundle is handed over by somebody, checksums and all. */
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, asyncProperty } from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { indexChecksum } from "../../../src/bundle/check.ts";
import { listBundles, readBundle, readParts } from "../../../src/bundle/read.ts";
import { openBundle, sha256 } from "../../../src/bundle/write.ts";
import type { KubeObject } from "../../../src/model/kube.ts";
import { isRecord } from "../../../src/model/record.ts";
import { broken, brokenText, expectAnswerOrError, runs } from "./broken.ts";

let root = "";
let directory = "";
let index = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "fuzz-bundle-"));
  const bundle = await openBundle(root, {
    command: "apply",
    tool: "1.2.3",
    cluster: { uid: "7d1b5a8e", server: "https://10.0.0.1:6443", kubernetes: "v1.36.4" },
    data: { manifest: "calico.yaml" },
    now: () => Date.parse("2026-05-01T12:00:00Z"),
  });
  const before: KubeObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "calico-config", namespace: "kube-system", uid: "u", resourceVersion: "1" },
    data: { veth_mtu: "0" },
  };
  const ref = {
    group: "",
    version: "v1",
    resource: "configmaps",
    kind: "ConfigMap",
    namespace: "kube-system",
  };
  await bundle.save([{ action: "changed", ref: { ...ref, name: "calico-config" }, before }]);
  bundle.done(1);
  await bundle.close();
  ({ directory } = bundle);
  index = await readFile(join(directory, "index.json"), "utf8");
});
afterAll(() => rm(root, { recursive: true }));

async function read(text: string): Promise<void> {
  await writeFile(join(directory, "index.json"), text);
  await expectAnswerOrError(async () => {
    await readParts(await readBundle(directory));
  });
  await expectAnswerOrError(() => listBundles(root));
}

test("the bundle is whole", async () => {
  await writeFile(join(directory, "index.json"), index);
  expect((await readBundle(directory)).entries).toHaveLength(1);
});

test("an index with anything in any place, and the right checksum, is read, or refused in a line", async () => {
  const { checksum: _checksum, ...whole } = JSON.parse(index) as Record<string, unknown>;
  await assert(
    asyncProperty(broken(whole), async (value) => {
      const signed = isRecord(value) ? { ...value, checksum: indexChecksum(value as never, sha256) } : value;
      await read(JSON.stringify(signed));
    }),
    { numRuns: runs(150) },
  );
});

test("an index that was cut or overwritten somewhere is read, or refused in a line", async () => {
  await assert(
    asyncProperty(brokenText(index), (text) => read(text)),
    { numRuns: runs(60) },
  );
});

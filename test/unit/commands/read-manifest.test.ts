import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../../src/cli.ts";
import { readManifest } from "../../../src/commands/read-manifest.ts";
import { bundleArguments } from "../../../src/commands/undo/arguments.ts";
import { testContext } from "../flags/test-context.ts";

const configMap = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const read = (path: string): Promise<string> => readFile(path, "utf8");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-manifest-"));
  await writeFile(join(folder, "b.yaml"), configMap("b"));
  await writeFile(join(folder, "a.yaml"), configMap("a"));
  await writeFile(join(folder, "empty.yaml"), "# nothing\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("-f", () => {
  test("a pattern in quotes gives the objects of all its files, each named by its own", async () => {
    const objects = await readManifest(join(folder, "*.yaml"), read, "node");
    expect(objects.map(({ object, source }) => [object.metadata.name, source.name])).toEqual([
      ["a", join(folder, "a.yaml")],
      ["b", join(folder, "b.yaml")],
    ]);
  });

  test("a pattern without a match is a path that does not exist", async () => {
    await expect(readManifest(join(folder, "*.yml"), read, "node")).rejects.toThrow(
      `the path "${join(folder, "*.yml")}" does not exist`,
    );
  });

  test.each([
    [
      "https://raw.githubusercontent.com/projectcalico/calico/v3.30.7/manifests/calico.yaml",
      "-f takes files, not URLs: curl -LO https://raw.githubusercontent.com/projectcalico/calico/v3.30.7/manifests/calico.yaml, then -f calico.yaml",
    ],
    ["HTTP://example.org/", "-f takes files, not URLs: curl -LO HTTP://example.org/, then -f FILE"],
    [
      "https://example.org/a.yaml?x=1&y=2",
      "-f takes files, not URLs: curl -LO 'https://example.org/a.yaml?x=1&y=2', then -f a.yaml",
    ],
  ])("the address %s comes with the line that downloads it", async (url, message) => {
    await expect(readManifest(url, read, "node")).rejects.toThrow(message);
  });
});

describe("-k is refused with the line to type in its place", () => {
  test.each([
    [["apply", "-k", "overlays/prod"], "kubectl calico-upgrade apply -f -"],
    [["apply", "-koverlays/prod", "-y"], "kubectl calico-upgrade apply --yes -f -"],
    [
      ["node", "node-01", "--kustomize=overlays/prod", "--context", "my prod"],
      "kubectl calico-upgrade node node-01 --context='my prod' -f -",
    ],
    [["configmap", "-f", "x", "-k", "overlays/prod"], "kubectl calico-upgrade configmap -f -"],
    [["preflight", "-k", "overlays/prod"], "kubectl calico-upgrade preflight -f -"],
  ])("%s", async (args, line) => {
    const { context, stderr } = testContext();
    expect(await runCli(args, context)).toBe(1);
    expect(stderr()).toContain(`type: kubectl kustomize overlays/prod | ${line}\n`);
  });

  test("a command without -f does not know it", async () => {
    const { context, stderr } = testContext();
    expect(await runCli(["status", "-k", "x"], context)).toBe(1);
    expect(stderr()).toContain("unknown shorthand flag: 'k' in -k");
  });
});

test("what undo --list -o name prints is taken as BUNDLE", () => {
  expect(bundleArguments(["bundle/20261130T030016Z-node-e31ea2", "run", "/a/bundle/run", "bundle/"])).toEqual(
    ["20261130T030016Z-node-e31ea2", "run", "/a/bundle/run", "bundle/"],
  );
});

import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder } from "../../../src/cluster/make-folder.ts";

function somewhere(): string {
  const folder = mkdtempSync(join(tmpdir(), "make-folder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("every folder on the way is made, with the mode; one that is there stays", async () => {
  const folder = somewhere();
  const deep = join(folder, "a", "b", "c");
  await makeFolder(deep, 0o750);
  await makeFolder(deep, 0o700);
  expect(["a", "a/b", "a/b/c"].map((each) => statSync(join(folder, each)).mode & 0o777)).toEqual([
    0o750, 0o750, 0o750,
  ]);
});

test("a file on the way is an error", async () => {
  const file = join(somewhere(), "file");
  writeFileSync(file, "");
  await expect(makeFolder(join(file, "a", "b"))).rejects.toMatchObject({ code: "ENOTDIR" });
});

test.runIf(existsSync("/proc/self"))(
  "a home in /proc is an error, and not a command that never ends",
  async () => {
    await expect(makeFolder("/proc/nobody/.kube/cache")).rejects.toMatchObject({ code: "ENOENT" });
  },
);

import { execFile } from "node:child_process";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ChosenConfig } from "../../../src/cluster/connection/kube-config.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "certificate-files-"));
  onTestFinished(() => rm(made, { recursive: true }));
  return made;
}

const server = "https://127.0.0.1:6443";

test.skipIf(process.platform === "win32")(
  "a certificate, key or authority that is a FIFO or a device is refused, and no command waits for it",
  async () => {
    const pipe = join(await folder(), "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    for (const path of [pipe, "/dev/zero"]) {
      const why = `${path} is a FIFO or a device; certificates and keys are read from files`;
      const byAuthority = new ChosenConfig({ server, "certificate-authority": path }, {});
      await expect(byAuthority.apply()).rejects.toThrow(why);
      const pair = { "client-certificate": path, "client-key": path };
      await expect(new ChosenConfig({ server }, pair).apply()).rejects.toThrow(why);
    }
  },
);

test("a certificate of a size that none has is refused before it is read", async () => {
  const path = join(await folder(), "ca.crt");
  await writeFile(path, "");
  await truncate(path, 600 * 1024 ** 2);
  await expect(new ChosenConfig({ server, "certificate-authority": path }, {}).apply()).rejects.toThrow(
    `${path} has more than 32 MiB, which is no certificate and no key`,
  );
});

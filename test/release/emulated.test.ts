/** The archives of other platforms, run on this machine where something can run them. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emulatorFor } from "../../scripts/build/emulator.ts";
import { thisPlatform } from "../../scripts/build/platforms.ts";
import { startOneNodeServer } from "../calico/one-node-server.ts";
import { made, unpacked, version } from "./released.ts";

const here = thisPlatform();
const say = (line: string): void => console.log(line);
const others = await Promise.all(
  made
    .filter((platform) => platform !== here)
    .map(async (platform) => ({ platform, found: await emulatorFor(platform, here.node, say) })),
);
const runnable = others.flatMap(({ platform, found }) => {
  const name = `${platform.os}/${platform.arch}`;
  if (!("missing" in found)) return [{ name, platform, command: found.command }];
  console.log(`SKIPPED: ${name} is not run: ${found.missing}`);
  return [];
});

function output(command: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const [program = "", ...args] = command;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    text += more;
  });
  child.on("error", reject).on("close", (code) => {
    resolve(`${text}exit ${code ?? "by signal"}`);
  });
  return promise;
}

describe.each(runnable)("$name does what the program does here", ({ platform, command }) => {
  const own = unpacked(here);
  const other = unpacked(platform);
  const home = mkdtempSync(join(tmpdir(), "emulated-"));
  let server: Awaited<ReturnType<typeof startOneNodeServer>>;

  beforeAll(async () => {
    server = await startOneNodeServer();
    writeFileSync(join(home, "empty"), "");
  });

  afterAll(() => {
    server.stop();
    for (const folder of [home, dirname(own), dirname(other)])
      rmSync(folder, { recursive: true, force: true });
  });

  test.each(["--version", "--help", "status", "status -o json", "node node-01 --restart --dry-run=client"])(
    "%s",
    async (call) => {
      const args = call.split(" ");
      const env = { HOME: home, KUBECONFIG: join(home, "empty"), PATH: process.env["PATH"] };
      const where = args[0] === "status" || args[0] === "node" ? ["--server", server.url] : [];
      const expected = await output([own, ...args, ...where], env);
      // The second run is some seconds later.
      const steady = (text: string): string =>
        text.replaceAll(/\b\d+[dhms](\d+[hms])?\b|"observed": "[^"]*"|"seconds": \d+/g, "WHEN");
      expect(steady(await output([...command, other, ...args, ...where], env))).toBe(steady(expected));
      if (args[0] === "--version") expect(expected).toBe(`v${version}\nexit 0`);
    },
  );
});

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import type { KubeObject } from "../../model/kube.ts";
import { maskChange } from "../../model/mask.ts";
import { configDiff, configText, diffName } from "../../render/config-diff.ts";
import { maskedText } from "../masked-text.ts";

/**
 * The difference on standard output, and the exit code of `kubectl diff`: 0 the same, 1 different. Throws
 * UserError where that is not known. The program in KUBECTL_EXTERNAL_DIFF is run as kubectl runs it.
 */
export async function showDiff(
  live: KubeObject,
  merged: KubeObject,
  { env, stdout, stderr }: Pick<AppContext, "env" | "stdout" | "stderr">,
): Promise<0 | 1> {
  const external = env["KUBECTL_EXTERNAL_DIFF"] ?? "";
  if (external !== "") {
    const { before, after, count } = maskChange(live, merged);
    if (count > 0) stderr.line(maskedText(count));
    return await runExternal(external, before, after);
  }
  const diff = configDiff(live, merged);
  stdout.text(diff);
  return diff === "" ? 0 : 1;
}

/** kubectl splits at spaces, no quotes, and passes only arguments of these characters on, after both folders. */
function commandOf(external: string): { readonly name: string; readonly more: readonly string[] } {
  const [name = "", ...more] = external.split(" ");
  return { name, more: more.filter((argument) => /^[a-zA-Z0-9\-=]+$/.test(argument)) };
}

async function runExternal(external: string, live: KubeObject, merged: KubeObject): Promise<0 | 1> {
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-diff-"));
  try {
    const folders = [];
    for (const [side, object] of [
      ["LIVE", live],
      ["MERGED", merged],
    ] as const) {
      const path = join(folder, side);
      await mkdir(path, { mode: 0o700 });
      await writeFile(join(path, diffName(live)), configText(object), { mode: 0o600 });
      folders.push(path);
    }
    const { name, more } = commandOf(external);
    return await exitCodeOf(name, [...folders, ...more]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only 0 and 1 are answers of a diff program. */
async function exitCodeOf(name: string, args: readonly string[]): Promise<0 | 1> {
  const { promise, resolve, reject } = Promise.withResolvers<0 | 1>();
  const failed = (why: string): void => reject(userError(`failed to run "${name}": ${why}`));
  const child = spawn(name, args, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", (error: NodeJS.ErrnoException) =>
    failed(error.code === "ENOENT" ? "executable file not found in $PATH" : error.message),
  );
  child.on("close", (code, signal) => {
    if (code === 0 || code === 1) resolve(code);
    else failed(code === null ? `signal: ${signal ?? "unknown"}` : `exit status ${String(code)}`);
  });
  return await promise;
}

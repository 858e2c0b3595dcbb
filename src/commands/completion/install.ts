import { constants } from "node:fs";
import { access, lstat, readFile } from "node:fs/promises";
import { platform } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { makeFolder } from "../../cluster/make-folder.ts";
import { writeWhole } from "../../cluster/write-whole.ts";
import { userError } from "../../errors.ts";

const mark = "written by: kubectl calico-upgrade completion install";

/** The name by which kubectl asks for completions, and what it runs: us, without another kubectl between. */
function shim(windows: boolean): { readonly name: string; readonly text: string } {
  const name = "kubectl_complete-calico_upgrade";
  if (windows) {
    return { name: `${name}.cmd`, text: `@rem ${mark}\r\n@kubectl-calico_upgrade __complete %*\r\n` };
  }
  return { name, text: `#!/bin/sh\n# ${mark}\nexec kubectl-calico_upgrade __complete "$@"\n` };
}

/** Puts the shim into `dir`, or beside the plugin; answers what is to be said about it. */
export async function install(
  dir: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { name, text } = shim(platform() === "win32");
  const folder = dir === undefined ? await besidePlugin(env) : resolve(dir);
  const path = join(folder, name);
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined) {
    const old = there.isFile() ? await readFile(path, "utf8") : "";
    if (old === text) return `${path} unchanged`;
    if (!old.includes(mark))
      throw userError(`${path} is there and is not ours; remove it, or choose another --dir`);
  }
  try {
    await makeFolder(folder);
    await writeWhole(path, text, { mode: 0o755, exact: true });
  } catch (error) {
    throw userError(
      `${path} cannot be written: ${(error as Error).message}; choose a folder of the PATH with --dir`,
    );
  }
  return `${path} ${there === undefined ? "created" : "configured"}`;
}

/** The first folder of the PATH with the plugin in it: kubectl finds the shim there too. */
async function besidePlugin(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const name of ["kubectl-calico_upgrade", "kubectl-calico_upgrade.exe"]) {
      // In the order of the PATH; the first one counts.
      if (
        await access(join(folder, name), constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return folder;
    }
  }
  throw userError("kubectl-calico_upgrade is in no folder of the PATH; name one with --dir");
}

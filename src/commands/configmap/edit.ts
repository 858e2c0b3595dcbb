import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppContext } from "../../context.ts";
import { isUserError, userError } from "../../errors.ts";
import { formatYaml, parseYaml } from "../../manifest/yaml.ts";

/** What somebody typed into an editor. */
export interface Edited {
  readonly data: Readonly<Record<string, string>>;
  /** The file with it, which is there until it is discarded. */
  readonly file: string;
  discard(): Promise<void>;
}

/**
 * The data in an editor, as kubectl edit does it. Throws UserError when it comes back as something else; what
 * was typed is kept then.
 */
export async function edited(
  data: Readonly<Record<string, string>>,
  { env, terminal }: Pick<AppContext, "env" | "terminal">,
): Promise<Edited> {
  // As kubectl: an empty variable is none.
  const chosen = [env["KUBE_EDITOR"], env["EDITOR"]].find((each) => each !== undefined && each !== "");
  if (chosen === undefined && !terminal.stderrTty)
    throw userError(
      "--edit needs a terminal, or an editor in KUBE_EDITOR that needs none; --set and -f need neither",
    );
  const editor = chosen ?? (env["OS"] === "Windows_NT" ? "notepad" : "vi");
  const folder = await mkdtemp(join(tmpdir(), "calico-upgrade-edit-"));
  const file = join(folder, "configmap-data.yaml");
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const help =
    "# The values of Calico's ConfigMap. An empty file, or one that is left as it is, changes nothing.\n";
  const start = `${help}${formatYaml(data)}`;
  await writeFile(file, start, { mode: 0o600 });
  try {
    await runEditor(editor, file);
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      throw userError(
        `what was edited cannot be read: ${error instanceof Error ? error.message : String(error)}; nothing was changed`,
      );
    });
    return { data: readEdited(text, data), file, discard };
  } catch (error) {
    const typed = await readFile(file, "utf8").catch(() => start);
    if (typed === start || !isUserError(error)) {
      await discard();
      throw error;
    }
    throw userError(`${error.message}; ${keptIn(file)}`);
  }
}

/** In kubectl's words. */
export function keptIn(file: string): string {
  return `a copy of your changes has been stored to "${file}"`;
}

async function runEditor(editor: string, file: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // As kubectl: the variable may hold arguments, which a shell takes apart.
  const child = spawn(`${editor} "${file}"`, { shell: true, stdio: "inherit" });
  child.on("error", (error) =>
    reject(userError(`the editor "${editor}" cannot be started: ${error.message}`)),
  );
  child.on("close", (code) =>
    code === 0
      ? resolve()
      : reject(
          userError(
            `the editor "${editor}" ended with exit code ${String(code ?? "unknown")}; nothing was changed`,
          ),
        ),
  );
  await promise;
}

function readEdited(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    throw userError(
      `what was edited cannot be read: ${error instanceof Error ? error.message : String(error)}; nothing was changed`,
    );
  }
  if (value === null || value === undefined) return before;
  const entries = typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : undefined;
  const wrong = entries?.find(([, each]) => typeof each !== "string");
  if (entries === undefined || wrong !== undefined)
    throw userError(
      `what was edited is not a list of texts${wrong === undefined ? "" : `: ${wrong[0]} is a ${typeof wrong[1]}; put it in quotes`}; nothing was changed`,
    );
  return Object.fromEntries(entries as [string, string][]);
}

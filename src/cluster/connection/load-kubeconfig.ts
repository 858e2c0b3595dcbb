import { delimiter, join } from "node:path";
import { connectionError, userError } from "../../errors.ts";
import { readText } from "../files.ts";
import { mergeKubeconfigs, readKubeconfig, type KubeConfigEntries } from "./kubeconfig-file.ts";
import { plainYaml } from "./plain-yaml.ts";

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Or a promise of it; asked only where a file is not plain. */
  readonly parseYaml: (text: string) => unknown;
  readonly log: (level: number, message: string) => void;
}

/**
 * kubectl's loading rules: --kubeconfig alone, or else the list in KUBECONFIG (missing files are
 * skipped), or else ~/.kube/config. client-node throws on missing first files and on duplicates
 * (kubernetes-client/javascript#1306, #579, #627), so the lists are merged here, and what was chosen is loaded into it.
 */
export async function loadKubeconfig(explicit: string, options: LoadOptions): Promise<KubeConfigEntries> {
  const listed = options.env["KUBECONFIG"] ?? "";
  const paths = kubeconfigPaths(explicit, options.env);
  const files: KubeConfigEntries[] = [];
  const missing: string[] = [];
  const wrong: string[] = [];
  for (const path of paths) {
    // In order, because the first one wins; there are one or two.
    const text = await readText(path).catch((error: NodeJS.ErrnoException) => error);
    if (typeof text !== "string") {
      if (text.code !== "ENOENT") wrong.push(loadError(path, fileProblem(path, text)));
      else if (explicit === "") missing.push(path);
      else throw userError(`stat ${path}: no such file or directory`);
      continue;
    }
    try {
      const value = plainYaml(text) ?? (await options.parseYaml(text));
      files.push(readKubeconfig(value, path));
      options.log(6, `Config loaded from file:  ${path}`);
    } catch (error) {
      wrong.push(loadError(path, error instanceof Error ? error.message : String(error)));
    }
  }
  if (wrong.length === 1) throw userError(wrong[0] ?? "");
  if (wrong.length > 1) throw connectionError(wrong.join("\n"));
  if (explicit === "" && listed !== "" && files.length === 0 && missing.length > 0) {
    options.log(1, `Config not found: ${missing.join(", ")}`);
  }
  return mergeKubeconfigs(files);
}

/** Where kubeconfigs are looked for, the first first; `explicit` is --kubeconfig. */
export function kubeconfigPaths(explicit: string, env: LoadOptions["env"]): readonly string[] {
  if (explicit !== "") return [explicit];
  const listed = env["KUBECONFIG"] ?? "";
  if (listed !== "") return [...new Set(listed.split(delimiter))].filter((path) => path !== "");
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  return home === "" ? [] : [join(home, ".kube", "config")];
}

function loadError(path: string, why: string): string {
  return `error loading config file "${path}": ${why}`;
}

/** A file system error in Go's words. */
export function fileProblem(path: string, error: NodeJS.ErrnoException): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EISDIR: "is a directory",
    ENOTDIR: "not a directory",
  };
  const why = words[error.code ?? ""];
  if (why === undefined) return error.message;
  return error.code === "EISDIR" ? `read ${path}: ${why}` : `open ${path}: ${why}`;
}

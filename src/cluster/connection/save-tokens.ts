import { open, readFile, realpath, rm } from "node:fs/promises";
import { fileProblem } from "./load-kubeconfig.ts";
import { writeText } from "../files.ts";
import { writeWhole } from "../write-whole.ts";

export interface YamlEdit {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

/**
 * Writes renewed OIDC tokens into the kubeconfig that the user stands in, under the lock that clientcmd
 * takes. An identity provider may give a refresh token once only: not saved, the user has to log in again.
 */
export async function saveTokens(
  file: string | undefined,
  user: string,
  changes: Readonly<Record<string, string>>,
  yaml: {
    readonly parseYaml: (text: string) => unknown;
    readonly editYaml: (text: string, edits: readonly YamlEdit[]) => string | Promise<string>;
  },
): Promise<void> {
  if (file === undefined) return;
  const lock = `${file}.lock`;
  const held = await open(lock, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "EEXIST" ? `open ${lock}: file exists` : fileProblem(lock, error), {
      cause: error,
    });
  });
  try {
    await held.close();
    const text = await readFile(file, "utf8");
    const { users } = (await yaml.parseYaml(text)) as {
      readonly users?: readonly { readonly name?: string }[];
    };
    const index = (users ?? []).findIndex(({ name }) => name === user);
    if (index < 0) return;
    const edits = Object.entries(changes).map(([key, value]) => ({
      path: ["users", index, "user", "auth-provider", "config", key],
      value,
    }));
    const renewed = await yaml.editYaml(text, edits);
    // The user's own link stays; what it leads to is replaced.
    const path = await realpath(file);
    await writeWhole(path, renewed, { mode: 0o600 }).catch(async (error: NodeJS.ErrnoException) => {
      // A container's mount of the file alone cannot be replaced.
      if (error.code !== "EBUSY") throw error;
      await writeText(path, renewed);
    });
  } finally {
    await rm(lock, { force: true });
  }
}

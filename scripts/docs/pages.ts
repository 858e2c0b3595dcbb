import { manualPage } from "./manual.ts";
import { commandReference } from "./markdown.ts";
import { readReference } from "./reference.ts";

/** The pages of docs/ that are made from what --help is made from: path and text. */
export async function pages(): Promise<Readonly<Record<string, string>>> {
  const reference = await readReference();
  return {
    "docs/commands.md": commandReference(reference),
    "docs/kubectl-calico-upgrade.1": manualPage(reference),
  };
}

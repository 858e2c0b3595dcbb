import { userError } from "../../errors.ts";
import { seeHelp } from "../arguments.ts";
import { preferenceOf, type Preference } from "../../rebase/prefer.ts";

/** Where the manifest goes: to standard output, or into a kustomization. */
export type RebaseOutput =
  | { readonly kind: "manifest" }
  | { readonly kind: "kustomize"; readonly folder: string };

export function rebaseOutput(text: string): RebaseOutput {
  if (text === "yaml") return { kind: "manifest" };
  const folder = /^kustomize=(.+)$/s.exec(text)?.[1];
  if (folder !== undefined) return { kind: "kustomize", folder };
  throw userError(`-o must be yaml or kustomize=DIR, not "${text}"`, seeHelp("rebase"));
}

export function preferences(given: readonly string[]): readonly Preference[] {
  return given.map((text) => {
    const found = preferenceOf(text);
    if (found === undefined)
      throw userError(
        `--prefer must be mine or upstream, for a part of it with :PATH, not "${text}"`,
        seeHelp("rebase"),
      );
    return found;
  });
}

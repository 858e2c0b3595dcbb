/** The programs of a lab: built ones and Debian's. */
import { join } from "node:path";
import { ensureBuilt, type Progress } from "../cluster/binaries/build.ts";
import { type BinaryName, type LabProgram, labRecipes, recipesFor } from "../cluster/binaries/recipes.ts";
import { type Debian, requirements } from "./requirements.ts";

export type Programs = Readonly<Record<BinaryName | LabProgram, string>> & {
  readonly debian: Debian;
};

/** Throws where there can be no lab, before anything is built. */
export async function ensurePrograms(progress: Progress): Promise<Programs> {
  const debian = await requirements(progress);
  if ("missing" in debian) throw new Error(`there can be no lab here: ${debian.missing}`);
  // kwok, too, which no lab runs: with all of it in one build, most is compiled once.
  const recipes = [...recipesFor("1.36"), ...labRecipes];
  const folders = await ensureBuilt(recipes, { progress });
  const paths: Record<string, string> = {};
  for (const [index, recipe] of recipes.entries()) {
    for (const name of Object.keys(recipe.commands)) paths[name] = join(folders[index] ?? "", name);
  }
  return { ...paths, debian } as Programs;
}

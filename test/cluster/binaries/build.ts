/** Builds what a cluster is made of, once: later calls find it in the cache. */
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, cacheFolder, type GoToolchain, goToolchain, modulesFolder } from "./cache.ts";
import { goBuild } from "./go-build.ts";
import { withLock } from "./lock.ts";
import { withGeneratedOpenApi } from "./openapi.ts";
import { prepareWorkModule } from "./work-module.ts";
import type { Recipe } from "./recipes.ts";

export type Progress = (line: string) => void;

export type BuildOptions = {
  readonly progress: Progress;
  readonly cache?: string;
  readonly modules?: string;
};

/** Answers the folder of each recipe's binaries, in the order given. */
export async function ensureBuilt(recipes: readonly Recipe[], options: BuildOptions): Promise<string[]> {
  const { progress, cache = cacheFolder(), modules = modulesFolder } = options;
  const go = goToolchain();
  const folders = recipes.map((recipe) => builtFolder(recipe, go, cache, modules));
  const isMissing = () => folders.some((folder) => !existsSync(folder));
  if (!isMissing()) return folders;

  const waiting = (owner: number) => progress(`waiting for the build of process ${owner}`);
  await withLock(join(cache, "build.lock"), waiting, async () => {
    for (const [index, recipe] of recipes.entries()) {
      const folder = folders[index];
      if (folder === undefined || existsSync(folder)) continue;
      await build(recipe, folder, { progress, cache, modules, go });
    }
    // Kept only while builds are unfinished, so that an interrupted one resumes: it is far larger than the binaries.
    rmSync(join(cache, "go-build"), { recursive: true, force: true });
  });
  return folders;
}

type Build = {
  readonly progress: Progress;
  readonly cache: string;
  readonly modules: string;
  readonly go: GoToolchain;
};

async function build(recipe: Recipe, folder: string, { progress, cache, modules }: Build): Promise<void> {
  const draft = join(cache, `.draft-${recipe.name}-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o755 });
  const goCache = join(cache, "go-build");
  try {
    const work = join(draft, ".module");
    prepareWorkModule(join(modules, recipe.module), work);
    if (recipe.generateOpenApi !== undefined) {
      await withGeneratedOpenApi(work, recipe.generateOpenApi, { goCache, progress });
    }
    for (const [name, command] of Object.entries(recipe.commands)) {
      const output = join(draft, name);
      await goBuild({ name, command, output, module: work, ldflags: recipe.ldflags, goCache, progress });
      progress(`${name}: ${Math.round(statSync(output).size / 1e6)} MB`);
    }
    rmSync(work, { recursive: true, force: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Builds what a cluster is made of, once: later calls find it in the cache. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { builtFolder, cacheFolder, goToolchain, modulesFolder } from "./cache.ts";
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
  /** Go's own build cache; by default one that goes away when the builds are done. */
  readonly goCache?: string;
};

/** Answers the folder of each recipe's binaries, in the order given. */
export async function ensureBuilt(recipes: readonly Recipe[], options: BuildOptions): Promise<string[]> {
  if (recipes.length === 0) return [];
  const { progress, cache = cacheFolder(), modules = modulesFolder } = options;
  const toolchain = goToolchain();
  const wanted = recipes.map((recipe) => ({
    recipe,
    folder: builtFolder(recipe, toolchain, cache, modules),
  }));
  const missing = () => wanted.filter(({ folder }) => !existsSync(folder));
  if (missing().length > 0) {
    const waiting = (owner: number) => progress(`waiting for the build of process ${owner}`);
    await withLock(join(cache, "build.lock"), waiting, async () => {
      clearDrafts(cache);
      // Kept only while builds are unfinished, so that an interrupted one resumes: it is far larger than the binaries.
      const goCache = options.goCache ?? join(cache, "go-build");
      for (const { recipe, folder } of missing())
        await build(recipe, folder, { progress, cache, modules, goCache });
      if (options.goCache === undefined) rmSync(goCache, { recursive: true, force: true });
    });
  }
  return wanted.map(({ folder }) => folder);
}

type Build = {
  readonly progress: Progress;
  readonly cache: string;
  readonly modules: string;
  readonly goCache: string;
};

async function build(
  recipe: Recipe,
  folder: string,
  { progress, cache, modules, goCache }: Build,
): Promise<void> {
  const draft = join(cache, `${draftPrefix}${recipe.name}`);
  const work = join(draft, ".module");
  mkdirSync(draft, { recursive: true });
  prepareWorkModule(join(modules, recipe.module), work);
  if (recipe.generateOpenApi !== undefined) {
    await withGeneratedOpenApi(work, recipe.generateOpenApi, { goCache, progress });
  }
  for (const [name, command] of Object.entries(recipe.commands)) {
    const output = join(draft, name);
    const { ldflags, tags } = recipe;
    await goBuild({ name, command, output, module: work, ldflags, tags, goCache, progress });
    progress(`${name}: ${Math.round(statSync(output).size / 1e6)} MB`);
  }
  rmSync(work, { recursive: true, force: true });
  renameSync(draft, folder);
}

const draftPrefix = ".draft-";

/** Whoever holds the lock is the only builder, so a draft that is there was left behind. */
function clearDrafts(cache: string): void {
  for (const entry of readdirSync(cache)) {
    if (entry.startsWith(draftPrefix)) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

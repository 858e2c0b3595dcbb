/** Where built binaries are kept, and under which name: what they are built from is their name. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import type { Recipe } from "./recipes.ts";

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "kubectl-calico-upgrade");
}

/** Where the modules' go.mod and go.sum lie in this project. */
export const modulesFolder = join(import.meta.dirname, "..", "..", "go");

export type GoToolchain = { readonly version: string; readonly os: string; readonly arch: string };

export function goToolchain(): GoToolchain {
  const answer: unknown = JSON.parse(
    execFileSync("go", ["env", "-json", "GOVERSION", "GOOS", "GOARCH"], {
      encoding: "utf8",
      env: { ...process.env, GOTOOLCHAIN: "local" },
    }),
  );
  if (typeof answer !== "object" || answer === null) throw new Error("go env answers no object");
  const { GOVERSION: version, GOOS: os, GOARCH: arch } = answer as Record<string, string | undefined>;
  return { version: version ?? "", os: os ?? "", arch: arch ?? "" };
}

/** The folder of a recipe's binaries: complete if it exists, because it is renamed into place. */
export function builtFolder(recipe: Recipe, go: GoToolchain, cache: string, modules = modulesFolder): string {
  return join(cache, `${recipe.name}-${fingerprint(recipe, go, modules)}`);
}

function fingerprint(recipe: Recipe, go: GoToolchain, modules: string): string {
  const hash = createHash("sha256").update(JSON.stringify([recipe, go]));
  const module = join(modules, recipe.module);
  const entries = readdirSync(module, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(module, join(entry.parentPath, entry.name)))
    .toSorted();
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(module, file)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Kubernetes before 1.24 was published without its generated OpenAPI definitions. They are generated here,
 * into a copy of its module that the build then uses in place of the published one.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { go, run, timed } from "./go-build.ts";
import type { Progress } from "./build.ts";

const target = "pkg/generated/openapi";

export async function withGeneratedOpenApi(
  module: string,
  version: string,
  { goCache, progress }: { readonly goCache: string; readonly progress: Progress },
): Promise<void> {
  const published = download(module, [`k8s.io/kubernetes@${version}`]);
  const staging = download(module, stagingModules(module, version));
  const copy = join(module, "kubernetes");
  for (const { dir } of published) copyWritable(dir, copy);
  await go(["mod", "edit", "-replace", "k8s.io/kubernetes=./kubernetes"], { cwd: module, goCache });

  await timed("openapi-gen", progress, async () => {
    const command = "k8s.io/kube-openapi/cmd/openapi-gen";
    await go(["build", "-trimpath", "-buildvcs=false", "-o", "openapi-gen", command], {
      cwd: module,
      goCache,
    });
  });
  const folders = [{ path: "k8s.io/kubernetes", dir: copy, within: ["cmd", "pkg", "plugin"] }, ...staging];
  const packages = folders.flatMap(({ path, dir, within }) => markedPackages(path, dir, within)).toSorted();
  const output = join(module, "generated");
  await timed("zz_generated.openapi.go", progress, () =>
    run(
      join(module, "openapi-gen"),
      [
        "-i",
        packages.join(","),
        "-p",
        `k8s.io/kubernetes/${target}`,
        "-O",
        "zz_generated.openapi",
        "-o",
        output,
      ]
        // Neither a licence header nor a report of style violations is wanted.
        .concat(["-h", "/dev/null", "-r", "/dev/null", "--logtostderr"]),
      module,
      // The old parser knows no alias types.
      { ...process.env, GODEBUG: "gotypesalias=0", GOTOOLCHAIN: "local", GOWORK: "off", GOCACHE: goCache },
    ),
  );
  cpSync(join(output, "k8s.io/kubernetes", target), join(copy, target), { recursive: true });
}

type Module = { readonly path: string; readonly dir: string; readonly within?: readonly string[] };

function download(module: string, wanted: readonly string[]): Module[] {
  const text = execFileSync("go", ["mod", "download", "-json", ...wanted], {
    cwd: module,
    encoding: "utf8",
    env: { ...process.env, GOTOOLCHAIN: "local", GOWORK: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // One JSON object after the other, each ending with a brace at the start of a line.
  return text
    .split(/(?<=^\})\n/m)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as { Path: string; Dir: string })
    .map(({ Path, Dir }) => ({ path: Path, dir: Dir }));
}

/** The modules that the release replaces by ones of its own version, without those that no server needs. */
function stagingModules(module: string, release: string): string[] {
  const version = release.replace(/^v1\./, "v0.");
  const lines = readFileSync(join(module, "go.mod"), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [path, to] = line.trim().split(" => ");
    if (path === undefined || to !== `${path} ${version}`) return [];
    return /\/(kubectl|node-api|sample-.+)$/.test(path) ? [] : [`${path}@${version}`];
  });
}

function copyWritable(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  // Module folders are read-only; neither vendored nor test code is needed.
  cpSync(from, to, {
    recursive: true,
    mode: 0,
    filter: (path) => !/\/(vendor|test|docs|CHANGELOG)$/.test(path),
  });
  execFileSync("chmod", ["-R", "u+w", to]);
}

/** The packages of a module that ask for definitions. */
function markedPackages(path: string, dir: string, within: readonly string[] = ["."]): string[] {
  const found = new Set<string>();
  for (const root of within) {
    for (const entry of readdirSync(join(dir, root), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith(".go")) continue;
      const folder = relative(dir, entry.parentPath);
      const name = folder === "" ? path : `${path}/${folder}`;
      if (found.has(name)) continue;
      if (/^\/\/ *\+k8s:openapi-gen=/m.test(readFileSync(join(entry.parentPath, entry.name), "utf8")))
        found.add(name);
    }
  }
  return [...found];
}

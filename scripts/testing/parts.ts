import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machinePath } from "../build/machine-path.ts";
import { oneFailed, onePassed, sum } from "./counts.ts";
import type { Counts } from "./counts.ts";
import { root, run, verdict, vitest } from "./run.ts";

export interface Wanted {
  /** Everything, also what is only sampled otherwise. */
  readonly all: boolean;
  /** Further arguments of vitest: files, -t NAME. */
  readonly filters: readonly string[];
  /** Whether clusters stay for the next run, as they do where one part is worked on. */
  readonly keep: boolean;
}

export interface Part {
  readonly name: string;
  readonly about: string;
  /** What has to be made before it can run. */
  readonly needs: readonly Preparation[];
  /** Only with --all, or when it is named. */
  readonly extra?: true;
  run(wanted: Wanted): Promise<Counts>;
}

export interface Preparation {
  readonly name: string;
  run(): Promise<boolean>;
}

const executable: Preparation = {
  name: "build the executable",
  run: async () => (await run("node", ["scripts/build.ts"])) === 0,
};

const clusters: Preparation = {
  name: "build the cluster's programs (some 25 minutes the first time)",
  run: async () => {
    for (const version of ["1.36", "1.24", "1.15"]) {
      const args = ["build", "--kube-version", version];
      if ((await run("scripts/cluster", args, { onlyProgress: true })) !== 0) return false;
    }
    return true;
  },
};

/**
 * Content in any case: where they cannot be built, the tests say so and are skipped. Kubernetes 1.36 is built on the
 * way, kubelet is cheap then.
 */
const labPrograms: Preparation = {
  name: "build the lab's programs",
  run: async () => {
    await run("scripts/lab", ["build"]);
    return true;
  },
};

/** What cannot be made here (no cargo, no apt) is left out loudly, and so are its tests. */
const release: Preparation = {
  name: "release for five platforms",
  run: async () => (await run("node", ["scripts/release.ts", "--partial"])) === 0,
};

const environment = ({ all, keep }: Wanted): Record<string, string> => ({
  ...(all ? { TEST_ALL: "1" } : {}),
  ...(keep ? { KEEP_CLUSTERS: "1" } : {}),
});

export const parts: readonly Part[] = [
  {
    name: "check",
    about: "types, lint, format, unused code",
    needs: [],
    run: async () =>
      sum([
        await verdict("tsc", ["--noEmit"]),
        await verdict("oxlint", []),
        await verdict("oxfmt", ["--check"]),
        await verdict("knip", []),
      ]),
  },
  {
    name: "unit",
    about: "tests without a cluster, golden files among them",
    needs: [],
    run: (wanted) => vitest("unit", wanted.filters, environment(wanted)),
  },
  { name: "install", about: "npm ci with an empty cache", needs: [], run: installFromNothing },
  {
    name: "lab",
    about: "real kubelets, containers and BIRD in namespaces; skipped where there can be none",
    needs: [labPrograms, executable],
    run: (wanted) => vitest("lab", wanted.filters, environment(wanted)),
  },
  {
    name: "e2e",
    about: "tests against real API servers, 1.36, 1.24 and 1.15",
    needs: [clusters, executable],
    run: (wanted) => vitest("e2e", wanted.filters, environment(wanted)),
  },
  {
    name: "binary",
    about: "the packaged executable, called through kubectl",
    needs: [clusters, executable],
    run: (wanted) => vitest("binary", wanted.filters, environment(wanted)),
  },
  {
    name: "release",
    about: "archives of five platforms, the container image, krew, macOS signatures, arm64 under qemu",
    needs: [release],
    run: (wanted) => vitest("release", wanted.filters, environment(wanted)),
  },
  {
    name: "demo",
    about: "scripts/demo on both Kubernetes versions",
    needs: [clusters, executable],
    extra: true,
    run: async () =>
      sum([await verdict("scripts/demo", []), await verdict("scripts/demo", ["--kube-version", "1.15"])]),
  },
];

/** As on a machine that has never seen this project: lock file, cache and registry have to agree. */
async function installFromNothing(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), "install-"));
  try {
    for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
      copyFileSync(join(root, name), join(folder, name));
    }
    const cache = join(folder, "cache");
    mkdirSync(cache);
    const installed = await run("npm", ["ci", "--cache", cache, "--loglevel=error"], {
      cwd: folder,
      env: { PATH: machinePath() },
    });
    if (installed !== 0) return oneFailed;
    return (await run(join(folder, "node_modules/.bin/node"), ["--version"])) === 0 ? onePassed : oneFailed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { clusterFolder, clusterNames } from "../../cluster/state.ts";

afterEach(() => vi.unstubAllEnvs());

test("XDG_STATE_HOME for a run, to keep its bundles apart, does not hide the clusters of scripts/cluster", () => {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  vi.stubEnv("CALICO_CLUSTERS", folder);
  mkdirSync(clusterFolder("dev").path, { recursive: true });
  vi.stubEnv("XDG_STATE_HOME", join(folder, "elsewhere"));
  expect(clusterNames()).toEqual(["dev"]);
  rmSync(folder, { recursive: true });
});

import { defineConfig } from "vitest/config";

// Tests that start control planes: one file at a time, the machine may have two cores. What passes only
// at its second try is named at the end of scripts/test: its cause is still to be found.
const againstServers = { fileParallelism: false, testTimeout: 120_000, hookTimeout: 180_000, retry: 1 };
const binary = "test/e2e/binary.test.ts";

export default defineConfig({
  test: {
    projects: [
      // Hundreds of generated cases may take long beside other work; a hang is still seen.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], exclude: [binary], ...againstServers } },
      // Needs `npm run release` first. Takes apart archives of 40 MB, and builds them a second time.
      {
        test: {
          name: "release",
          include: ["test/release/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
      // Needs `npm run build` first.
      { test: { name: "binary", include: [binary], ...againstServers } },
    ],
  },
});

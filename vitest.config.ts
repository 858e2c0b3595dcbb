import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Tests that start control planes. What passes only at its second try is named at the end of scripts/test:
// its cause is still to be found.
const againstServers = { testTimeout: 120_000, hookTimeout: 180_000, retry: 1 };
const binary = "test/e2e/binary.test.ts";
// Half of the time such a file waits, so two share two cores. Clusters that are kept are shared by all files.
const sideBySide =
  process.env["KEEP_CLUSTERS"] === undefined
    ? Number(process.env["E2E_WORKERS"] ?? Math.min(2, availableParallelism()))
    : 1;

/** What has run on a lab's nodes, and what they have pulled, is the same each time. */
class LabByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLab = ({ project }: TestSpecification): boolean => project.name === "lab";
    return [
      ...sorted.filter((file) => !isLab(file)),
      ...sorted.filter(isLab).toSorted((a, b) => a.moduleId.localeCompare(b.moduleId)),
    ];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LabByName },
    projects: [
      // Hundreds of generated cases may take long beside other work; a hang is still seen.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: [binary],
          maxWorkers: sideBySide,
          sequence: { groupOrder: 1 },
          ...againstServers,
        },
      },
      // Real nodes: one lab for all files, as root, or all are skipped. Needs `npm run build` first.
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          fileParallelism: false,
          globalSetup: "test/lab/global-setup.ts",
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 180_000,
          retry: againstServers.retry,
        },
      },
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
      { test: { name: "binary", include: [binary], fileParallelism: false, ...againstServers } },
    ],
  },
});

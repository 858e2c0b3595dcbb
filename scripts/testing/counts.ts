export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };
export const onePassed: Counts = { ...none, passed: 1 };
export const oneFailed: Counts = { ...none, failed: 1 };

export function sum(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((total, { passed }) => total + passed, 0),
    failed: all.reduce((total, { failed }) => total + failed, 0),
    skipped: all.reduce((total, { skipped }) => total + skipped, 0),
  };
}

/** `12 passed, 0 failed`, and `, 3 skipped` where there are any. */
export function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** What of vitest's JSON report is counted. */
interface Report {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      /** Also of a test that passed: what went wrong at its first try. */
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

/**
 * vitest's own totals leave out what failed without a test: a file that does not load, a hook, an
 * unhandled error. Each such file counts as one failure, and so does a run that ends badly without any.
 */
export function countReport(report: unknown, exitCode: number): Counts {
  const files = (report as Report).testResults;
  const counts = sum(
    files.map(({ status, assertionResults }) => {
      const of = (wanted: readonly string[]): number =>
        assertionResults.filter((result) => wanted.includes(result.status)).length;
      const failed = of(["failed"]);
      return {
        passed: of(["passed"]),
        failed: status === "failed" && failed === 0 ? 1 : failed,
        skipped: of(["skipped", "pending", "todo", "disabled"]),
      };
    }),
  );
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** Tests that passed at their second try only, each with what went wrong at the first. */
export function flakyTests(report: unknown): readonly string[] {
  return (report as Report).testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ status, fullName = "", failureMessages }) => {
      const [first] = failureMessages ?? [];
      return status === "passed" && first !== undefined ? [`${fullName}: ${first.split("\n")[0] ?? ""}`] : [];
    }),
  );
}

import type { Printer } from "../context.ts";
import { userError } from "../errors.ts";
import { plainOutput } from "../flags/common.ts";
import { buildInfo, version } from "../version.ts";

interface VersionRequest {
  readonly output: string;
  readonly extra: readonly string[];
  readonly stdout: Printer;
  readonly readFile: (path: string) => Promise<string>;
}

/** The Calico releases that this version knows. */
export async function runReleases(wanted: VersionRequest): Promise<number> {
  noArguments(wanted);
  const [{ catalogue }, { printableReleases }, { outputOf, printResult }] = await Promise.all([
    import("../releases/catalogue.ts"),
    import("../render/releases/list.ts"),
    import("./print-result.ts"),
  ]);
  const output = await outputOf(plainOutput(wanted.output === "" ? "table" : wanted.output), wanted);
  await printResult(wanted.stdout, output, printableReleases(catalogue));
  return 0;
}

export async function run(wanted: VersionRequest): Promise<number> {
  noArguments(wanted);
  switch (wanted.output) {
    case "":
      wanted.stdout.line(version);
      return 0;
    case "json":
      wanted.stdout.text(`${JSON.stringify(buildInfo(), undefined, 2)}\n`);
      return 0;
    case "yaml":
      wanted.stdout.text(
        Object.entries(buildInfo())
          .map(([key, value]) => `${key}: ${value}\n`)
          .join(""),
      );
      return 0;
    default:
      throw userError("--output must be 'yaml' or 'json'");
  }
}

function noArguments({ extra }: VersionRequest): void {
  if (extra.length > 0) throw userError(`extra arguments: [${extra.join(" ")}]`);
}

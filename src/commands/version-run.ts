import type { Writable } from "node:stream";
import { userError } from "../errors.ts";
import { buildInfo, version } from "../version.ts";

export async function run(wanted: {
  readonly output: string;
  readonly extra: readonly string[];
  readonly stdout: Writable;
}): Promise<number> {
  if (wanted.extra.length > 0) throw userError(`extra arguments: [${wanted.extra.join(" ")}]`);
  switch (wanted.output) {
    case "":
      wanted.stdout.write(`${version}\n`);
      return 0;
    case "json":
      wanted.stdout.write(`${JSON.stringify(buildInfo(), undefined, 2)}\n`);
      return 0;
    case "yaml":
      wanted.stdout.write(
        Object.entries(buildInfo())
          .map(([key, value]) => `${key}: ${value}\n`)
          .join(""),
      );
      return 0;
    default:
      throw userError("--output must be 'yaml' or 'json'");
  }
}

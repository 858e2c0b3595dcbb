import { Option } from "clipanion";
import { BaseCommand, option } from "./base.ts";
import { outputFlag } from "../flags/common.ts";

export class VersionCommand extends BaseCommand {
  static override readonly paths = [["version"]];
  static override readonly help = {
    summary: "Print the version of this program",
    examples: [
      { what: "Print the version", command: "version" },
      { what: "Print it as JSON, with what it was built from", command: "version -o json" },
    ],
  };

  readonly output = option({
    ...outputFlag,
    default: "",
    help: "One of 'yaml' or 'json'.",
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const body = await import("./version-run.ts");
    return body.run({ output: this.output, extra: this.rest, stdout: this.context.stdout });
  }
}

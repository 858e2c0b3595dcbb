import { Option } from "clipanion";
import { BaseCommand, option } from "./base.ts";
import { outputFlag } from "../flags/common.ts";
import { releasesFlag } from "../flags/plan.ts";

export class VersionCommand extends BaseCommand {
  static override readonly paths = [["version"]];
  static override readonly help = {
    summary: "Print the version of this program",
    examples: [
      { what: "Print the version", command: "version" },
      { what: "Print it as JSON, with what it was built from", command: "version -o json" },
      { what: "List the Calico releases that this version knows", command: "version --releases" },
    ],
  };

  readonly releases = option(releasesFlag);
  readonly output = option({
    ...outputFlag,
    default: "",
    help: "One of 'yaml' or 'json'; with --releases one of (table, wide, json, yaml, name).",
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const body = await import("./version-run.ts");
    const { stdout, readFile } = this.context;
    const wanted = { output: this.output, extra: this.rest, stdout, readFile };
    return this.releases ? await body.runReleases(wanted) : body.run(wanted);
  }
}

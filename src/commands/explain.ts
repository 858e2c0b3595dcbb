import { Option } from "clipanion";
import { outputFlag } from "../flags/common.ts";
import { BaseCommand, option } from "./base.ts";

export class ExplainCommand extends BaseCommand {
  static override readonly paths = [["explain"]];
  static override readonly help = {
    summary: "Explain the id of a rule or a finding, or list all ids",
    details: "Asks no cluster.",
    arguments: "[ID] [flags]",
    examples: [
      { what: "List all ids", command: "explain" },
      { what: "What is behind P08, and what to do", command: "explain P08" },
      { what: "All pages, for a program", command: "explain -o json" },
    ],
  };

  readonly output = option(outputFlag);
  readonly ids = Option.Rest();

  protected async run(): Promise<number> {
    const { runExplain } = await import("./explain-run.ts");
    return await runExplain(this.ids, this.output, this.context);
  }
}

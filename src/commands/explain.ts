import { Option } from "clipanion";
import { BaseCommand } from "./base.ts";

export class ExplainCommand extends BaseCommand {
  static override readonly paths = [["explain"]];
  static override readonly help = {
    summary: "Explain the id of a rule or a finding, or list all ids",
    details: "Asks no cluster.",
    arguments: "[ID] [flags]",
    examples: [
      { what: "List all ids", command: "explain" },
      { what: "What is behind P08, and what to do", command: "explain P08" },
    ],
  };

  readonly ids = Option.Rest();

  protected async run(): Promise<number> {
    const { runExplain } = await import("./explain-run.ts");
    return runExplain(this.ids, this.context.stdout);
  }
}

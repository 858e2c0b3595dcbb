import { bundleDirFlag } from "../flags/bundle.ts";
import { daemonSetFlag, outputFlag } from "../flags/common.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";
import { runFlag } from "../flags/report.ts";
import { BaseCommand, option } from "./base.ts";

export class ReportCommand extends BaseCommand {
  static override readonly paths = [["report"]];
  static override readonly help = {
    summary: "Report what a run did on every node",
    details:
      "Reads the record that each node keeps of its last restart (the annotation calico-upgrade/record) and shows when\n" +
      "each node was begun, how long it had no Ready calico-node, which nodes failed, which were skipped and why, what\n" +
      "changed in calico-node's template, and who ran it with which command. -o html is one page that needs nothing\n" +
      "else. Changes nothing, and needs no more rights than status.\n\n" +
      "A node keeps its last restart only. At the end of a run the records of its nodes are also saved on the machine that\n" +
      "ran it: for nodes that were restarted again since, or are gone, an earlier run is reported from that file.",
    arguments: "[flags]",
    examples: [
      { what: "Report the latest run", command: "report" },
      { what: "Write it as a page", command: "report -o html > report.html" },
      { what: "Report the run that brought nodes to revision 4", command: "report --run 4" },
      {
        what: "Save what the cluster knows, and report it later without the cluster",
        command: "report --save-facts cluster.json",
      },
    ],
  };

  readonly reported = option(runFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly bundleDir = option({
    ...bundleDirFlag,
    help: "Directory of bundles, for nodes that no longer have the run's record; default is $XDG_STATE_HOME/calico-upgrade or ~/.local/state/calico-upgrade.",
  });
  readonly output = option({
    ...outputFlag,
    default: "markdown",
    help: "Output format. One of: (markdown, html, json, yaml).",
  });

  protected async run(): Promise<number> {
    const { run } = await import("./report/run.ts");
    return await run({
      run: this.reported,
      daemonSet: this.daemonSet,
      facts: this.facts,
      saveFacts: this.saveFacts,
      bundleDir: this.bundleDir,
      output: this.output,
      connection: this.connection,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

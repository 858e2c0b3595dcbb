import { Option } from "clipanion";
import { BaseCommand, option } from "./base.ts";
import {
  allowMissingTemplateKeysFlag,
  daemonSetFlag,
  labelColumnsFlag,
  noHeadersFlag,
  outputFlag,
  showLabelsFlag,
  showManagedFieldsFlag,
  sortByFlag,
  templateFlag,
  timeoutFlag,
  waitFlag,
  watchFlag,
} from "../flags/common.ts";
import { connectionArguments } from "../flags/connection.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";

export class StatusCommand extends BaseCommand {
  static override readonly paths = [["status"]];
  static override readonly help = {
    summary: "Show what Calico runs where, and how far an upgrade has come",
    details:
      "Says how Calico was installed, which datastore, dataplane and encapsulation it uses, which release runs on which\n" +
      "node, who works on an upgrade, who edited the DaemonSet's template by hand, and what is wrong. Changes nothing.\n" +
      "Tables list nodes with trouble first. What cannot be read is shown as unknown, with the reason on stderr.\n" +
      "-w follows a run from any terminal: nodes done, time left, who runs what, how long calico-node is down.\n\n" +
      "-o name prints the nodes that still need the upgrade. -o json, yaml and jsonpath print the whole result;\n" +
      "-o custom-columns has a row, and --sort-by an order, for the entries in its .nodes.",
    arguments: "[NODE...] [flags]",
    examples: [
      { what: "Show the whole cluster", command: "status" },
      { what: "Show one node, with more columns", command: "status node-01 -o wide" },
      {
        what: "Upgrade the nodes that still need it, one by one",
        command: "status -o name | xargs -n 1 kubectl calico-upgrade node",
      },
      {
        what: "Print which release each node runs, the ones with most restarts last",
        command: "status -o custom-columns=NODE:.name,RELEASE:.release.text --sort-by=.pod.restarts",
      },
      { what: "Save what was seen for somebody else", command: "status --save-facts cluster.json" },
      { what: "Wait until every node runs the newest revision", command: "status --wait --timeout=1h" },
    ],
  };

  readonly output = option(outputFlag);
  readonly template = option(templateFlag);
  readonly allowMissingTemplateKeys = option(allowMissingTemplateKeysFlag);
  readonly showManagedFields = option(showManagedFieldsFlag);
  readonly noHeaders = option(noHeadersFlag);
  readonly sortBy = option(sortByFlag);
  readonly showLabels = option(showLabelsFlag);
  readonly labelColumns = option(labelColumnsFlag);
  readonly watch = option(watchFlag);
  readonly wait = option(waitFlag);
  readonly timeout = option(timeoutFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly nodes = Option.Rest();

  protected async run(): Promise<number> {
    const { runStatus } = await import("./status-run.ts");
    return await runStatus({
      nodes: this.nodes,
      output: this.output,
      template: this.template,
      allowMissingTemplateKeys: this.allowMissingTemplateKeys,
      noHeaders: this.noHeaders,
      sortBy: this.sortBy,
      showLabels: this.showLabels,
      labelColumns: this.labelColumns.flatMap((labels) => labels.split(",")),
      watch: this.watch,
      wait: this.wait,
      timeout: this.timeout,
      daemonSet: this.daemonSet,
      facts: this.facts,
      saveFacts: this.saveFacts,
      flags: connectionArguments(this.connection),
      connection: this.connection,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

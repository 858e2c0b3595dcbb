import { Option } from "clipanion";
import { daemonSetFlag, filenameFlag, outputFlag } from "../flags/common.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";
import { datastoreFlag, fromFlag, kubernetesFlag, printCommandsFlag, toFlag } from "../flags/plan.ts";
import { BaseCommand, option } from "./base.ts";

export class PlanCommand extends BaseCommand {
  static override readonly paths = [["plan"]];
  static override readonly help = {
    summary: "Show the way to a Calico release: which releases to go through, and the steps",
    details:
      "Looks at what the cluster runs, or is told by --from and --datastore and then asks no cluster. Prints the hops with\n" +
      "the rule behind each, and the ordered steps of each hop: done, to do, or unknown where nothing tells. Changes nothing.\n" +
      "With -f the target is the release of the file's calico-node, and steps are judged by what the cluster has of the file.",
    arguments: "--to VERSION | -f FILE [flags]",
    examples: [
      { what: "How to get to v3.29.7 from here", command: "plan --to v3.29.7" },
      { what: "What is left to do until the cluster is as in a manifest", command: "plan -f calico.yaml" },
      { what: "The same as plain commands", command: "plan --to v3.29.7 --print-commands" },
      {
        what: "Without a cluster",
        command: "plan --from v3.4.0 --to v3.29.7 --datastore kubernetes --kubernetes 1.12",
      },
    ],
  };

  readonly to = option(toFlag);
  readonly filename = option(filenameFlag);
  readonly from = option(fromFlag);
  readonly datastore = option(datastoreFlag);
  readonly kubernetes = option(kubernetesFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly printCommands = option(printCommandsFlag);
  readonly output = option(outputFlag);
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runPlan } = await import("./plan/run.ts");
    return await runPlan({
      to: this.to,
      filename: this.filename,
      from: this.from,
      datastore: this.datastore,
      kubernetes: this.kubernetes,
      daemonSet: this.daemonSet,
      facts: this.facts,
      saveFacts: this.saveFacts,
      printCommands: this.printCommands,
      output: this.output,
      extra: this.rest,
      context: this.context,
      connect: () => this.connect(),
      warn: (message) => this.warn(message),
    });
  }
}

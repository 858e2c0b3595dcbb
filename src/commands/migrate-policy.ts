import { Option } from "clipanion";
import { BaseCommand, option } from "./base.ts";
import { bundleDirFlag } from "../flags/bundle.ts";
import { outputFlag, yesFlag } from "../flags/common.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import {
  acceptFlag,
  finishFlag,
  keepFlag,
  toFlag,
  treatAsFlag,
  whatIfFlag,
} from "../flags/migrate-policy.ts";

export class MigratePolicyCommand extends BaseCommand {
  static override readonly paths = [["migrate-policy"]];
  static override readonly help = {
    summary: "Move NetworkPolicies to v1 semantics, so that the upgrade changes no flow",
    details:
      "Up to Calico v2.2 (Kubernetes datastore) and v2.3 (etcd) a NetworkPolicy did nothing in a namespace without\n" +
      "the DefaultDeny annotation, and that annotation closed a namespace. Later releases read NetworkPolicy as\n" +
      "networking.k8s.io/v1 defines it, and no annotation. This creates a default-deny in each closed namespace and\n" +
      "deletes the policies of each open one, which changes nothing now, and keeps every flow as it is by the upgrade.\n" +
      "That is proven on the cluster's own objects before the first write, and what is deleted is saved first.\n\n" +
      "It has to be finished before the controller is upgraded (etcd), or the first node (Kubernetes datastore).\n" +
      "Run the same command again to continue an interrupted run. --what-if only looks.",
    arguments: "[flags]",
    examples: [
      {
        what: "Show which flows the upgrade changes, and change nothing",
        command: "migrate-policy --what-if",
      },
      {
        what: "The same as one page for a browser, with a matrix of who reaches whom",
        command: "migrate-policy --what-if -o html > what-if.html",
      },
      { what: "Migrate; it asks before it writes", command: "migrate-policy" },
      { what: "See what would be written", command: "migrate-policy --dry-run=server" },
      {
        what: "Keep a policy of an open namespace, and decide about a namespace whose annotation cannot be read",
        command: "migrate-policy --keep shop/db --accept --treat-as legacy=isolated",
      },
      { what: "After the upgrade, remove the annotations", command: "migrate-policy --finish" },
    ],
  };

  readonly whatIf = option(whatIfFlag);
  readonly to = option(toFlag);
  readonly keep = option(keepFlag);
  readonly treatAs = option(treatAsFlag);
  readonly accept = option(acceptFlag);
  readonly finish = option(finishFlag);
  readonly bundleDir = option(bundleDirFlag);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly output = option({
    ...outputFlag,
    help: "Output format. One of: (table, wide, json, yaml, name; with --what-if also html, and no name).",
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runMigratePolicy } = await import("./migrate-policy/run.ts");
    return await runMigratePolicy({
      whatIf: this.whatIf,
      finish: this.finish,
      to: this.to,
      keep: this.keep,
      treatAs: this.treatAs,
      accept: this.accept,
      bundleDir: this.bundleDir,
      dryRun: this.dryRun,
      yes: this.yes,
      facts: this.facts,
      saveFacts: this.saveFacts,
      output: this.output,
      extra: this.rest,
      connection: this.connection,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

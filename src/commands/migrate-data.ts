import { Option } from "clipanion";
import { bundleDirFlag } from "../flags/bundle.ts";
import { outputFlag, yesFlag } from "../flags/common.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { finishFlag } from "../flags/migrate-data.ts";
import { BaseCommand, option } from "./base.ts";

export class MigrateDataCommand extends BaseCommand {
  static override readonly paths = [["migrate-data"]];
  static override readonly help = {
    summary: "Copy Calico's data from ThirdPartyResources to CustomResourceDefinitions, for v2.5",
    details:
      "For the Kubernetes datastore, before v2.4 or older is upgraded to v2.5 or later. Reads pools, configuration, peers and\n" +
      "policies, makes sure that the CustomResourceDefinitions are there, writes the new objects, reads each back and\n" +
      "compares the content. A new object with other content stops everything before the first write, and the difference\n" +
      "is shown. Run again, it brings over what old nodes changed since. Nothing old is deleted; --finish does that when\n" +
      "every node runs v2.5. The other migrations of Calico's data are looked for, with the commands for them.",
    arguments: "[flags]",
    examples: [
      { what: "Look first", command: "migrate-data --dry-run=client" },
      { what: "Copy, and compare", command: "migrate-data -y" },
      { what: "After the last node", command: "migrate-data --finish" },
    ],
  };

  readonly finish = option(finishFlag);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly bundleDir = option(bundleDirFlag);
  readonly output = option({
    ...outputFlag,
    default: "table",
    help: "Output format. One of: (table, wide, json, yaml, name).",
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runMigrateData } = await import("./migrate-data/run.ts");
    return await runMigrateData({
      finish: this.finish,
      dryRun: this.dryRun,
      yes: this.yes,
      bundleDir: this.bundleDir,
      output: this.output,
      connection: this.connection,
      extra: this.rest,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

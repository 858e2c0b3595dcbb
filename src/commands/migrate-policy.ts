import { Option } from "clipanion";
import { BaseCommand, option } from "./base.ts";
import { outputFlag } from "../flags/common.ts";
import { keepFlag, toFlag, treatAsFlag, whatIfFlag } from "../flags/migrate-policy.ts";

export class MigratePolicyCommand extends BaseCommand {
  static override readonly paths = [["migrate-policy"]];
  static override readonly help = {
    summary: "Show what the upgrade does to network policies, and what keeps their meaning",
    details:
      "Up to Calico v2.2 (Kubernetes datastore) and v2.3 (etcd) a NetworkPolicy did nothing in a namespace without\n" +
      "the DefaultDeny annotation, and that annotation closed a namespace. Later releases read NetworkPolicy as\n" +
      "networking.k8s.io/v1 defines it, and no annotation. --what-if tells which flows change, pods that no policy\n" +
      "can tell apart being one, and proves on the cluster's own objects that the plan keeps the others as they are.\n\n" +
      "This version only looks: --what-if is required.",
    arguments: "--what-if [flags]",
    examples: [
      { what: "Show which flows change", command: "migrate-policy --what-if" },
      {
        what: "The same for another target, in full",
        command: "migrate-policy --what-if --to v3.29.0 -o wide",
      },
      {
        what: "With decisions about a policy and about a namespace",
        command: "migrate-policy --what-if --keep shop/db --treat-as legacy=isolated",
      },
      { what: "List the policies that have to go", command: "migrate-policy --what-if -o json" },
      {
        what: "A page with a matrix of who reaches whom, for a browser",
        command: "migrate-policy --what-if -o html > what-if.html",
      },
    ],
  };

  readonly whatIf = option(whatIfFlag);
  readonly to = option(toFlag);
  readonly keep = option(keepFlag);
  readonly treatAs = option(treatAsFlag);
  readonly output = option({
    ...outputFlag,
    help: "Output format. One of: (table, wide, json, yaml, html).",
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runMigratePolicy } = await import("./migrate-policy/run.ts");
    return await runMigratePolicy({
      whatIf: this.whatIf,
      to: this.to,
      keep: this.keep,
      treatAs: this.treatAs,
      output: this.output,
      extra: this.rest,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

import { Option } from "clipanion";
import { bundleDirFlag } from "../flags/bundle.ts";
import {
  allowMissingTemplateKeysFlag,
  daemonSetFlag,
  filenameFlag,
  ignorePreflightErrorsFlag,
  outputFlag,
  showManagedFieldsFlag,
  templateFlag,
  timeoutFlag,
  yesFlag,
} from "../flags/common.ts";
import {
  fixStrategyFlag,
  printMissingForControllerFlag,
  restartControllerFlag,
  settleControllerFlag,
} from "../flags/controller.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { takeOverFlag } from "../flags/node.ts";
import { BaseCommand, option } from "./base.ts";

export class ControllerCommand extends BaseCommand {
  static override readonly paths = [["controller"]];
  static override readonly help = {
    summary: "Upgrade or restart Calico's controller, never two at once",
    details:
      "Shows which controller runs. With -f it is upgraded to the one in the file, whatever else that holds: a controller of another kind or name (the ReplicaSet of releases before v2.0, the policy controller of v2.5) is scaled to 0 first and its pod is gone before the new one is made. " +
      "Never lets two controllers run at once. Reports how long none was running and, with the etcd datastore, what was created or relabeled in that time. Run the same command again to continue where it stopped.",
    arguments: "[flags]",
    examples: [
      { what: "Show which controller runs", command: "controller" },
      {
        what: "Upgrade the controller to a new release's manifest",
        command: "controller -f calico.yaml",
      },
      {
        what: "See what would happen, without changing anything",
        command: "controller -f calico.yaml --dry-run=server",
      },
      { what: "Restart the controller that runs", command: "controller --restart" },
      {
        what: "Print what the file's controller needs and the cluster lacks, and add it",
        command: "controller -f calico.yaml --print-missing | kubectl apply -f -",
      },
    ],
  };

  readonly filename = option({
    ...filenameFlag,
    help: "Manifest that holds the controller; - reads standard input.",
  });
  readonly daemonSet = option(daemonSetFlag);
  readonly restart = option(restartControllerFlag);
  readonly fixStrategy = option(fixStrategyFlag);
  readonly takeOver = option({
    ...takeOverFlag,
    help: "Go on in the place of another run whose lease is on the DaemonSet (H13).",
  });
  readonly printMissing = option(printMissingForControllerFlag);
  readonly settle = option(settleControllerFlag);
  readonly timeout = option({
    ...timeoutFlag,
    help: "How long the run may take, zero means forever (e.g. 90s, 5m, 1h).",
  });
  readonly bundleDir = option(bundleDirFlag);
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly output = option(outputFlag);
  readonly template = option(templateFlag);
  readonly allowMissingTemplateKeys = option(allowMissingTemplateKeysFlag);
  readonly showManagedFields = option(showManagedFieldsFlag);
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const body = await import("./controller/run.ts");
    return body.run(this, this.context, () => this.connect());
  }
}

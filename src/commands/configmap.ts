import { Option } from "clipanion";
import { bundleDirFlag } from "../flags/bundle.ts";
import {
  daemonSetFlag,
  filenameFlag,
  ignorePreflightErrorsFlag,
  outputFlag,
  timeoutFlag,
  yesFlag,
} from "../flags/common.ts";
import { diffFlag, editFlag, noRestartFlag, setFlag, unsetFlag } from "../flags/configmap.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { fleetFlags } from "../flags/fleet.ts";
import { takeOverFlag } from "../flags/node.ts";
import { BaseCommand, option, options } from "./base.ts";

export class ConfigMapCommand extends BaseCommand {
  static override readonly paths = [["configmap"]];
  static override readonly help = {
    summary: "Change Calico's ConfigMap and restart exactly what reads the changed keys",
    details:
      "Shows what changes and what that does, checks the values that it knows, and writes them as the one who applied the ConfigMap before. " +
      "Then Typha and the controller are restarted where they read a changed key, and calico-node on each node by the steps of `node`. It asks before more than the controller restarts; without a terminal that needs -y. Running the same command again continues where it stopped.",
    arguments: "[flags]",
    examples: [
      { what: "Show what a new manifest changes", command: "configmap -f calico.yaml --diff" },
      { what: "Bring the ConfigMap in line with the file's", command: "configmap -f calico.yaml" },
      { what: "Change this value and no other", command: "configmap --set veth_mtu=1440" },
      {
        what: "Change it now and restart nodes later",
        command: "configmap --set veth_mtu=1440 --no-restart",
      },
      { what: "Edit the values", command: "configmap --edit" },
    ],
  };

  readonly filename = option({
    ...filenameFlag,
    help: "Manifest that holds the ConfigMap; - reads standard input.",
  });
  readonly set = option(setFlag);
  readonly unset = option(unsetFlag);
  readonly edit = option(editFlag);
  readonly diff = option(diffFlag);
  readonly noRestart = option(noRestartFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly timeout = option({
    ...timeoutFlag,
    help: "How long the controller, and each node, may take, zero means forever (e.g. 90s, 5m, 1h).",
  });
  readonly takeOver = option(takeOverFlag);
  readonly bundleDir = option(bundleDirFlag);
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly fleet = options(fleetFlags);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly output = option({ ...outputFlag, help: "Output format. One of: (table, json, yaml, name)." });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const body = await import("./configmap/run.ts");
    return body.run(this, this.context, () => this.connect());
  }
}

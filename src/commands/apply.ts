import { Option } from "clipanion";
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
  forceConflictsFlag,
  recreateFlag,
  recursiveFlag,
  skipNodesFlag,
  untilStepFlag,
  withSecretsFlag,
} from "../flags/apply.ts";
import { fixStrategyFlag } from "../flags/controller.ts";
import { bundleDirFlag } from "../flags/bundle.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { fleetFlags } from "../flags/fleet.ts";
import { toFlag } from "../flags/plan.ts";
import { probeImageFlag, takeOverFlag } from "../flags/node.ts";
import { BaseCommand, option, options } from "./base.ts";

export class ApplyCommand extends BaseCommand {
  static override readonly paths = [["apply"]];
  static override readonly help = {
    summary: "Upgrade Calico to a manifest: everything in the right order, one node after the other",
    details:
      "Migrates policies and data where the release reads them otherwise, adds what it needs and takes nothing away, upgrades Typha and the controller, changes the ConfigMap and the DaemonSet, restarts calico-node one node after the other, and brings everything to exactly the file in the end. " +
      "Objects are applied as the one who applied them before, so that a kubectl apply of the same file has nothing left to do. What the file no longer holds is left. " +
      "What is changed is saved first, for undo. Each step looks whether it is done already: running the same command again continues where it stopped.",
    arguments: "-f FILE [flags]",
    examples: [
      { what: "Upgrade to a release's manifest", command: "apply -f calico.yaml" },
      {
        what: "See what would happen, without changing anything",
        command: "apply -f calico.yaml --dry-run=server",
      },
      { what: "A directory, or what kustomize makes", command: "apply -f manifests/ -R" },
      { what: "Without a question, for a pipeline", command: "apply -f calico.yaml -y -o json" },
      {
        what: "Pull the new images on all nodes the evening before, and change nothing else",
        command: "apply -f calico.yaml --until-step prepull",
      },
      {
        what: "Only what can be done before a node is touched",
        command: "apply -f calico.yaml --skip-nodes",
      },
    ],
  };

  readonly filename = option({
    ...filenameFlag,
    help: "File or directory with the manifest to apply; - reads standard input.",
  });
  readonly recursive = option(recursiveFlag);
  readonly to = option(toFlag);
  readonly untilStep = option(untilStepFlag);
  readonly skipNodes = option(skipNodesFlag);
  readonly forceConflicts = option(forceConflictsFlag);
  readonly withSecrets = option(withSecretsFlag);
  readonly recreate = option(recreateFlag);
  readonly fixStrategy = option(fixStrategyFlag);
  readonly bundleDir = option(bundleDirFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly probeImage = option(probeImageFlag);
  readonly timeout = option({
    ...timeoutFlag,
    help: "How long one node, or one rollout, may take, zero means forever (e.g. 90s, 5m, 1h).",
  });
  readonly takeOver = option(takeOverFlag);
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly fleet = options(fleetFlags);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly output = option(outputFlag);
  readonly template = option(templateFlag);
  readonly allowMissingTemplateKeys = option(allowMissingTemplateKeysFlag);
  readonly showManagedFields = option(showManagedFieldsFlag);
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runApply } = await import("./apply/run.ts");
    return await runApply(this, this.context, () => this.connect());
  }
}

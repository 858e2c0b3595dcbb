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
import { detachFlag, imageFlag, stopFlag } from "../flags/detach.ts";
import { drainFlags } from "../flags/drain.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { allFlag, fleetFlags } from "../flags/fleet.ts";
import {
  untilPrepullFlag,
  forceFlag,
  gracePeriodFlag,
  noCordonFlag,
  printMissingFlag,
  probeImageFlag,
  releaseFlag,
  restartFlag,
  takeOverFlag,
  templateOnlyFlag,
  unpinFlag,
} from "../flags/node.ts";
import { BaseCommand, option, options } from "./base.ts";

export class NodeCommand extends BaseCommand {
  static override readonly paths = [["node"]];
  static override readonly help = {
    summary: "Upgrade calico-node on nodes, one after the other",
    details:
      "For each node: cordon it, delete its calico-node pod, wait until the replacement is Ready and stays so, uncordon it. " +
      "New images are pulled on all of these nodes before the first one is touched. With -f the DaemonSet is first brought in line with the one in the file, and held at OnDelete until all nodes run it. " +
      "A node that runs the newest revision already is skipped. Running the same command again continues where it stopped. " +
      "With --all or -l it asks first, upgrades canaries of each class of nodes, then zone after zone, and the control plane last. " +
      "It halts when a node fails, calico-node restarts or nodes become NotReady elsewhere, or somebody changes what it works on.",
    arguments: "(NODE... | --all | -l SELECTOR) [flags]",
    examples: [
      { what: "Bring one node to the DaemonSet's newest revision", command: "node node-01" },
      {
        what: "Bring the DaemonSet in line with a new release's manifest, then upgrade one node",
        command: "node node-01 -f calico.yaml",
      },
      {
        what: "See what would happen, without changing anything",
        command: "node node-01 -f calico.yaml --dry-run=server",
      },
      {
        what: "Pull the new images on two nodes the evening before, and change nothing else",
        command: "node node-01 node-02 -f calico.yaml --until-step prepull",
      },
      {
        what: "Upgrade all nodes, one of each kind first, until four in the morning",
        command: "node --all -f calico.yaml --until=04:00",
      },
      {
        what: "Upgrade one zone without two of its nodes, and ask after the canaries",
        command:
          "node -l topology.kubernetes.io/zone=a --exclude=node-07 --exclude=gpu=true --pause-after=canaries",
      },
      {
        what: "Move the other pods of a node away before its calico-node is restarted",
        command: "node node-01 --drain --ignore-daemonsets --delete-emptydir-data",
      },
      {
        what: "Continue in the cluster as a Job, so that this machine can be turned off",
        command:
          "node --all -f calico.yaml --until=04:00 --detach --image=registry.example/calico-upgrade:v1",
      },
      { what: "Stop a detached run, and remove its Job and its rights", command: "node --stop" },
      { what: "Restart calico-node on a node whatever it runs", command: "node node-01 --restart" },
      {
        what: "Print what the file's template needs and the cluster lacks, and add it",
        command: "node -f calico.yaml --print-missing | kubectl apply -f -",
      },
      {
        what: "Give up the lease and the cordon that a stopped run left on a node",
        command: "node node-01 --release",
      },
      { what: "Put the update strategy back before all nodes are upgraded", command: "node --unpin" },
    ],
  };

  readonly filename = option({
    ...filenameFlag,
    help: "Manifest whose calico-node DaemonSet the nodes are upgraded to; - reads standard input.",
  });
  readonly templateOnly = option(templateOnlyFlag);
  readonly printMissing = option(printMissingFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly all = option(allFlag);
  readonly restart = option(restartFlag);
  readonly noCordon = option(noCordonFlag);
  readonly probeImage = option(probeImageFlag);
  readonly gracePeriod = option(gracePeriodFlag);
  readonly drain = options(drainFlags);
  readonly untilStep = option(untilPrepullFlag);
  readonly timeout = option({
    ...timeoutFlag,
    help: "How long one node may take, zero means forever (e.g. 90s, 5m, 1h).",
  });
  readonly force = option(forceFlag);
  readonly takeOver = option(takeOverFlag);
  readonly release = option(releaseFlag);
  readonly unpin = option(unpinFlag);
  readonly detach = option(detachFlag);
  readonly image = option(imageFlag);
  readonly stop = option(stopFlag);
  readonly bundleDir = option(bundleDirFlag);
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly fleet = options(fleetFlags);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly output = option(outputFlag);
  readonly template = option(templateFlag);
  readonly allowMissingTemplateKeys = option(allowMissingTemplateKeysFlag);
  readonly showManagedFields = option(showManagedFieldsFlag);
  readonly nodes = Option.Rest();

  protected async run(): Promise<number> {
    const body = await import("./node/run.ts");
    return body.run(this, this.context, () => this.connect());
  }
}

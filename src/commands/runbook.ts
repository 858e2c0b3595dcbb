import { Option } from "clipanion";
import { daemonSetFlag, outputFlag } from "../flags/common.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";
import { datastoreFlag, fromFlag, toFlag } from "../flags/plan.ts";
import {
  bgpFlag,
  cniBinDirFlag,
  cniConfDirFlag,
  controllerHostFlag,
  controllerUnitFlag,
  kubeletFlag,
  registryFlag,
  runByFlag,
  runtimeFlag,
  unitFlag,
} from "../flags/runbook.ts";
import { BaseCommand, option } from "./base.ts";

export class RunbookCommand extends BaseCommand {
  static override readonly paths = [["runbook"]];
  static override readonly help = {
    summary: "Write the steps by hand, for components that run outside of Kubernetes",
    details:
      "For installs whose calico-node, CNI plugins or controller are run by systemd, docker or a configuration tool.\n" +
      "Reads the nodes (runtime, OS, kubelet, images) and writes what is to be done on each host: pull, CNI plugins and\n" +
      "configuration with owner and mode, switch, verify; the controller so that never two run. What it could not see\n" +
      "stands at the top with the flag that tells it. Changes nothing.",
    arguments: "--to VERSION [NODE…] [flags]",
    examples: [
      { what: "The steps on every host", command: "runbook --to v2.6.12 --from v2.5.1 --datastore etcd" },
      {
        what: "Two hosts that systemd runs calico-node on, for a wiki",
        command: "runbook --to v3.29.7 node-01 node-02 --run-by systemd --unit calico-node -o markdown",
      },
      { what: "For a configuration tool", command: "runbook --to v2.6.12 -o json" },
    ],
  };

  readonly to = option(toFlag);
  readonly from = option(fromFlag);
  readonly datastore = option({
    ...datastoreFlag,
    help: "Calico's datastore, where the cluster does not say it: etcd or kubernetes.",
  });
  readonly daemonSet = option(daemonSetFlag);
  readonly runBy = option(runByFlag);
  readonly unit = option(unitFlag);
  readonly cniBinDir = option(cniBinDirFlag);
  readonly cniConfDir = option(cniConfDirFlag);
  readonly controllerHost = option(controllerHostFlag);
  readonly controllerUnit = option(controllerUnitFlag);
  readonly registry = option(registryFlag);
  readonly runtime = option(runtimeFlag);
  readonly kubelet = option(kubeletFlag);
  readonly bgp = option(bgpFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly output = option({
    ...outputFlag,
    default: "text",
    help: "Output format. One of: (text, markdown, json, yaml).",
  });
  readonly nodes = Option.Rest();

  protected async run(): Promise<number> {
    const { runRunbook } = await import("./runbook/run.ts");
    return await runRunbook({
      to: this.to,
      from: this.from,
      datastore: this.datastore,
      daemonSet: this.daemonSet,
      runBy: this.runBy,
      unit: this.unit,
      cniBinDir: this.cniBinDir,
      cniConfDir: this.cniConfDir,
      controllerHost: this.controllerHost,
      controllerUnit: this.controllerUnit,
      registry: this.registry,
      runtime: this.runtime,
      kubelet: this.kubelet,
      bgp: this.bgp,
      facts: this.facts,
      saveFacts: this.saveFacts,
      output: this.output,
      nodes: this.nodes,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

import { Option } from "clipanion";
import { daemonSetFlag, filenameFlag, ignorePreflightErrorsFlag, outputFlag } from "../flags/common.ts";
import { factsFlag, saveFactsFlag } from "../flags/facts.ts";
import { toFlag } from "../flags/plan.ts";
import { checksFlag, failOnFlag, forFlag, skipChecksFlag } from "../flags/preflight.ts";
import { drainRoleFlag, printRoleFlag } from "../flags/print-role.ts";
import { BaseCommand, option } from "./base.ts";

export class PreflightCommand extends BaseCommand {
  static override readonly paths = [["preflight"]];
  static override readonly help = {
    summary: "Check what stands between what runs and a Calico release",
    details:
      "Asks every rule between the release that runs and the one that is named, and whether the cluster is healthy enough to touch.\n" +
      "Each finding says what was seen and what resolves it. Exit code 0: nothing stands in the way, 1: something does. An error\n" +
      "that fails, or that could not be read, stands in the way until it is named in --ignore-preflight-errors. Changes nothing.\n" +
      "With -f, ready means that `apply -f FILE` would begin now; --for asks another command instead. Without a file no command\n" +
      "can be asked: then no blocker is known. Without a target: the newest releases that can be reached from here.\n\n" +
      "-o short prints what did not pass, one line each; -o name the ids that stand in the way, and 'refused' for what has none.",
    arguments: "[--to VERSION | -f FILE] [--for COMMAND [NODE...]] [flags]",
    examples: [
      { what: "Is this cluster healthy enough to touch, and how far can it go", command: "preflight" },
      { what: "May it go to v3.29.7", command: "preflight --to v3.29.7" },
      { what: "With the manifest that will be applied", command: "preflight -f calico.yaml -o wide" },
      {
        what: "Whether these nodes could be upgraded with it now",
        command: "preflight -f calico.yaml --for=node node-01 node-02",
      },
      {
        what: "In a pipeline, warnings stop too, one known finding does not",
        command: "preflight --to v3.29.7 --fail-on=warning --ignore-preflight-errors=P13 -o json",
      },
      { what: "Let somebody else see what was seen here", command: "preflight --save-facts cluster.json" },
      { what: "Look at what somebody else saw", command: "preflight --facts cluster.json --to v3.29.7" },
      {
        what: "Ask an administrator for the rights that apply needs",
        command: "preflight --print-role=apply",
      },
    ],
  };

  readonly to = option(toFlag);
  readonly filename = option({
    ...filenameFlag,
    help: "Manifest of the target; - reads standard input.",
  });
  readonly forCommand = option(forFlag);
  readonly checks = option(checksFlag);
  readonly skipChecks = option(skipChecksFlag);
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly failOn = option(failOnFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly facts = option(factsFlag);
  readonly saveFacts = option(saveFactsFlag);
  readonly printRole = option(printRoleFlag);
  readonly drain = option(drainRoleFlag);
  readonly output = option({
    ...outputFlag,
    help: outputFlag.help.replace("table, wide,", "table, wide, short,"),
  });
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    if (this.printRole !== undefined || this.drain) {
      const { printRole } = await import("./preflight/print-role.ts");
      return await printRole({
        command: this.printRole ?? "",
        filename: this.filename,
        daemonSet: this.daemonSet,
        namespace: this.connection.namespace,
        drains: this.drain,
        extra: this.rest,
        context: this.context,
      });
    }
    const { runPreflight } = await import("./preflight/run.ts");
    return await runPreflight({
      to: this.to,
      filename: this.filename,
      command: this.forCommand,
      checks: this.checks,
      skipChecks: this.skipChecks,
      ignored: this.ignored,
      failOn: this.failOn,
      daemonSet: this.daemonSet,
      facts: this.facts,
      saveFacts: this.saveFacts,
      output: this.output,
      nodes: this.rest,
      connection: this.connection,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

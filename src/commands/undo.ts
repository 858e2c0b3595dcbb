import { Option } from "clipanion";
import { bundleDirFlag } from "../flags/bundle.ts";
import { ignorePreflightErrorsFlag, outputFlag, yesFlag } from "../flags/common.ts";
import { noRestartFlag } from "../flags/configmap.ts";
import { dryRunFlag } from "../flags/dry-run.ts";
import { eventsFlag } from "../flags/events.ts";
import { fleetFlags } from "../flags/fleet.ts";
import { forceUndoFlag, listBundlesFlag } from "../flags/undo.ts";
import { BaseCommand, option, options } from "./base.ts";

export class UndoCommand extends BaseCommand {
  static override readonly paths = [["undo"]];
  static override readonly help = {
    summary: "Undo what a run changed, from the bundle that it saved",
    details:
      "Objects get back to what they were, last change first: what was deleted is created, what was created is\n" +
      "deleted, what was changed is changed back. Where somebody has changed an object since, and where policies\n" +
      "would not mean what they meant, it refuses before the first write and says why. Nodes go back one after the\n" +
      "other, and what reads a ConfigMap's values is restarted when they came back. The migrations of an apply go back\n" +
      "with it, last. What undo itself changes is saved in a bundle as well.\n" +
      "\n" +
      "A bundle is a file that somebody could have changed: one that another user owns, or that others may write to, is\n" +
      "refused. Only what a run of its command writes is written, and nothing but Calico's own objects unless --force\n" +
      "names them. Namespaces and Secrets are never deleted.",
    arguments: "BUNDLE [flags]",
    examples: [
      { what: "List the bundles that runs have saved", command: "undo --list" },
      {
        what: "Take a run back; it asks before it writes",
        command: "undo ~/.local/state/calico-upgrade/CLUSTER/RUN",
      },
      { what: "See what would be done", command: "undo RUN --dry-run=server" },
      {
        what: "Bring one object back although somebody has changed it since",
        command: "undo RUN --force NetworkPolicy/shop/web",
      },
    ],
  };

  readonly list = option(listBundlesFlag);
  readonly force = option(forceUndoFlag);
  readonly bundleDir = option({
    ...bundleDirFlag,
    help: "Directory of bundles: where RUN and --list look, and where undo saves what it changes; default is $XDG_STATE_HOME/calico-upgrade or ~/.local/state/calico-upgrade.",
  });
  readonly noRestart = option({
    ...noRestartFlag,
    help: "Leave the pods that read a ConfigMap's values as they are; nodes whose template goes back are restarted all the same.",
  });
  readonly ignored = option(ignorePreflightErrorsFlag);
  readonly fleet = options(fleetFlags);
  readonly dryRun = option(dryRunFlag);
  readonly yes = option(yesFlag);
  readonly events = option(eventsFlag);
  readonly output = option({
    ...outputFlag,
    help: "Output format. One of: (table, wide, json, yaml, name).",
  });
  readonly bundles = Option.Rest();

  protected async run(): Promise<number> {
    const [{ runUndo }, { bundleArguments }] = await Promise.all([
      import("./undo/run.ts"),
      import("./undo/arguments.ts"),
    ]);
    return await runUndo({
      list: this.list,
      force: this.force,
      bundleDir: this.bundleDir,
      dryRun: this.dryRun,
      yes: this.yes,
      noRestart: this.noRestart,
      ignored: this.ignored,
      fleet: this.fleet,
      output: this.output,
      bundles: bundleArguments(this.bundles),
      connection: this.connection,
      context: this.context,
      connect: () => this.connect(),
    });
  }
}

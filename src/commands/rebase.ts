import { Option } from "clipanion";
import { recursiveFlag } from "../flags/apply.ts";
import { daemonSetFlag, filenameFlag } from "../flags/common.ts";
import { factsFlag } from "../flags/facts.ts";
import {
  baseFlag,
  forceFlag,
  headerFlag,
  manifestOutputFlag,
  mineFlag,
  preferFlag,
} from "../flags/rebase.ts";
import { BaseCommand, option } from "./base.ts";

export class RebaseCommand extends BaseCommand {
  static override readonly paths = [["rebase"]];
  static override readonly help = {
    summary: "Carry your own settings over into the manifest of a new release",
    details:
      "Compares what you run with upstream's manifest of the same release, and sets in the new manifest what you had changed.\n" +
      "The manifest is printed with only those lines changed; comments, order and quoting stay. Changes nothing in the cluster.\n" +
      "What upstream has changed as well is a conflict: it is listed on standard error and marked in the manifest, which keeps\n" +
      "upstream's value, and the exit code is 1 until --prefer decides. Images keep your registry and get the new release's tags.\n" +
      "Secrets are not read.",
    arguments: "-f FILE [flags]",
    examples: [
      {
        what: "Upstream's new manifest, with the settings of this cluster",
        command: "rebase -f calico.yaml > calico-mine.yaml",
      },
      {
        what: "Without a cluster, from your own copy of the old manifest",
        command: "rebase -f calico-v3.30.yaml --base calico-v3.29.yaml --mine my-calico.yaml",
      },
      {
        what: "Keep your value wherever upstream changed its own",
        command: "rebase -f calico.yaml --prefer=mine",
      },
      { what: "A kustomize overlay, for GitOps", command: "rebase -f calico.yaml -o kustomize=overlay/" },
    ],
  };

  readonly filename = option({
    ...filenameFlag,
    help: "File or directory with upstream's manifest of the new release; - reads standard input.",
  });
  readonly recursive = option(recursiveFlag);
  readonly base = option(baseFlag);
  readonly mine = option(mineFlag);
  readonly prefer = option(preferFlag);
  readonly header = option(headerFlag);
  readonly force = option(forceFlag);
  readonly daemonSet = option(daemonSetFlag);
  readonly facts = option(factsFlag);
  readonly output = option(manifestOutputFlag);
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runRebase } = await import("./rebase/run.ts");
    return await runRebase(this, this.context, () => this.connect());
  }
}

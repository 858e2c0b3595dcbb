import { Option } from "clipanion";
import { dirFlag } from "../flags/completion.ts";
import { BaseCommand, option } from "./base.ts";

export class CompletionCommand extends BaseCommand {
  static override readonly paths = [["completion"]];
  static override readonly help = {
    summary: "Set up completion of commands, flags and names in the shell",
    details:
      "kubectl's own completion asks a small program beside the plugin, kubectl_complete-calico_upgrade, for what may come\n" +
      "next. install puts it where kubectl finds it; with the name of a shell, the lines for that shell's start-up file are\n" +
      "printed. Names of nodes and namespaces come from the cluster, for 60 seconds from a cache, and nothing is said when\n" +
      "it does not answer within 300 ms.",
    arguments: "install|bash|zsh|fish|powershell [flags]",
    examples: [
      { what: "Put kubectl_complete-calico_upgrade beside the plugin", command: "completion install" },
      { what: "Put it into another folder of the PATH", command: "completion install --dir ~/bin" },
      { what: "Complete in this bash from now on", command: "completion bash > rc && source rc" },
    ],
  };

  readonly dir = option(dirFlag);
  readonly rest = Option.Rest();

  protected async run(): Promise<number> {
    const { runCompletion } = await import("./completion/run.ts");
    return await runCompletion({ arguments: this.rest, dir: this.dir, context: this.context });
  }
}

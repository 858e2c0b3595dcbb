import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { program } from "../../model/program.ts";
import { makeRunbook } from "../../plan/runbook/make.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { printableRunbook } from "../../render/runbook/print.ts";
import { runbookMarkdown } from "../../render/runbook/text.ts";
import { daemonSetArgument, nodeArguments, seeHelp } from "../arguments.ts";
import { factsSource, type FactsFlags } from "../../operations/facts/source.ts";
import { observeForRunbook } from "../../operations/runbook/observe.ts";
import { readOverrides } from "../plan-overrides.ts";
import { outputOf, printResult } from "../print-result.ts";
import { readRunbookFlags, type GivenFlags } from "./flags.ts";
import { sh } from "../../model/shell.ts";

export interface RunbookOptions extends GivenFlags, FactsFlags {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly datastore: string | undefined;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly output: string;
  readonly nodes: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** Exit code 0 when there is a way; what could not be seen is in the runbook and no error. */
export async function runRunbook(options: RunbookOptions): Promise<number> {
  const { context } = options;
  const markdown = options.output === "markdown";
  if (!markdown && !["text", "json", "yaml"].includes(options.output))
    throw userError(`-o must be one of text, markdown, json, yaml, not "${options.output}"`);
  const output = await outputOf(
    plainOutput(markdown || options.output === "text" ? "table" : options.output),
    context,
  );
  if (options.to === undefined) throw userError('required flag(s) "to" not set', seeHelp("runbook"));
  const flags = readRunbookFlags(options);
  const overrides = readOverrides({
    to: options.to,
    file: false,
    from: options.from,
    datastore: options.datastore,
    kubernetes: undefined,
  });
  if (overrides.to === undefined) throw new Error("no --to");
  const names = nodeArguments(options.nodes, "runbook");
  const named = daemonSetArgument(options.daemonSet, "runbook");

  const source = await factsSource(options, context, options.connect);
  const input = await observeForRunbook(source, {
    to: overrides.to,
    overrides,
    nodes: names,
    daemonSet: named,
    flags,
  });
  const runbook = makeRunbook(input, catalogue);
  if (runbook.kind === "refusal") {
    const better = runbook.instead === undefined ? "" : `; instead: ${runbook.instead}`;
    throw userError(
      `${runbook.id}: ${runbook.because}${better}`,
      `See '${program} ${sh`explain ${runbook.id}`}'`,
    );
  }
  if (markdown) context.stdout.text(runbookMarkdown(runbook));
  else await printResult(context.stdout, output, printableRunbook(runbook));
  return 0;
}

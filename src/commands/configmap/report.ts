import type { AppContext } from "../../context.ts";
import { savedLine } from "../../flags/next-command.ts";
import type { DaemonSetFacts } from "../../model/daemonset.ts";
import { program } from "../../model/program.ts";
import type { Session } from "../../operations/session.ts";
import { whyNotTypha } from "../../operations/typha/restart.ts";
import type { ConfigMapRunResult } from "../../plan/config/result.ts";
import type { Stale } from "../../plan/config/stale.ts";
import { configResultObject } from "../../render/config-result.ts";
import { heldLines, heldLinesOf } from "../../render/node-result.ts";
import { printResult } from "../print-result.ts";
import { showsLines } from "../listener.ts";
import { stopLines } from "../stop-lines.ts";
import type { ConfigMapOptions } from "./options.ts";

/** The result in the format asked for; on standard error what was left, where what was there is saved, and how to go on. */
export async function reportConfigMap(
  { stdout, stderr }: Pick<AppContext, "stdout" | "stderr">,
  options: ConfigMapOptions,
  session: Pick<Session, "command" | "commands">,
  result: ConfigMapRunResult,
  about: { readonly diff: string; readonly stale: Stale; readonly daemonSet: DaemonSetFacts },
): Promise<void> {
  const { output } = options;
  if (!showsLines(output.format))
    await printResult(stdout, output, {
      table: () => "",
      object: () => configResultObject(result, about.diff),
      rows: () => [configResultObject(result, about.diff)],
      names: () => (result.changed ? [`configmap/${result.configMap.name}`] : []),
    });
  for (const line of closingLines(options, session, result, about)) stderr.line(line);
}

function closingLines(
  options: ConfigMapOptions,
  session: Pick<Session, "command" | "commands">,
  { readers, noRestart, bundle, dryRun, stop, left, nodes, controller }: ConfigMapRunResult,
  { stale: { typha }, daemonSet }: { readonly stale: Stale; readonly daemonSet: DaemonSetFacts },
): readonly string[] {
  const unhandled = typha === undefined ? undefined : whyNotTypha(typha);
  const log = nodes.at(-1)?.log ?? controller?.log;
  const stopped = stop === undefined ? [] : stopLines(stop, log);
  const again = session.commands.again();
  const { "no-restart": _left, ...flags } = session.command.flags ?? {};
  const withRestart = session.commands.kept({ ...session.command, flags });
  // Somebody's edit of the template makes nodes outdated that this command does not restart.
  const [last] = nodes.slice(-1);
  const held = last === undefined ? heldLines(daemonSet, [], session.commands) : heldLinesOf(last);
  // What is printed to go on is one command (hazard H33).
  const isNamed = stopped.some((line) => line.includes(`${program} configmap`));
  return [
    ...stopped,
    ...(left === undefined ? [] : [`error: ${left}`]),
    ...(unhandled === undefined ? [] : [unhandled]),
    // Readers are those of the change, or of an earlier one that some of them have not taken in.
    ...(noRestart && readers.length > 0 && dryRun === "none" && stop === undefined
      ? [
          `not restarted: ${readers.map(({ kind, name }) => `${kind} ${name}`).join(", ")}; their pods run with older values until they are: ${session.commands.other("status")}, then ${withRestart}`,
        ]
      : []),
    ...(dryRun === "none" ? held : []),
    ...(bundle === undefined ? [] : [savedLine([bundle], options)]),
    ...((stop !== undefined || left !== undefined) && !isNamed ? [`to continue: ${again}`] : []),
  ];
}

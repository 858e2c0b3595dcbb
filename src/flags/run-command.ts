import { program } from "../model/program.ts";
import { quoted } from "../model/shell.ts";
import type { RunCommand } from "../model/run-command.ts";
import type { Flag } from "./flag.ts";
import { filenameFlag, daemonSetFlag, ignorePreflightErrorsFlag, timeoutFlag } from "./common.ts";
import {
  forceConflictsFlag,
  recreateFlag,
  recursiveFlag,
  skipNodesFlag,
  untilStepFlag,
  withSecretsFlag,
} from "./apply.ts";
import { bundleDirFlag } from "./bundle.ts";
import { editFlag, noRestartFlag, setFlag, unsetFlag } from "./configmap.ts";
import { clusterFlags, type ConnectionValues } from "./connection.ts";
import { detachFlag, imageFlag } from "./detach.ts";
import { drainFlags } from "./drain.ts";
import { fixStrategyFlag, restartControllerFlag } from "./controller.ts";
import { allFlag, fleetFlags } from "./fleet.ts";
import { finishFlag } from "./migrate-data.ts";
import { acceptFlag, keepFlag, toFlag, treatAsFlag } from "./migrate-policy.ts";
import {
  untilPrepullFlag,
  forceFlag,
  gracePeriodFlag,
  noCordonFlag,
  probeImageFlag,
  restartFlag,
  settleFlag,
  templateOnlyFlag,
} from "./node.ts";
import { forceUndoFlag } from "./undo.ts";

/** A command line as the scanner took it apart. */
export interface CommandLine {
  readonly verb: string;
  readonly positionals: readonly string[];
  readonly given: readonly { readonly flag: Flag; readonly value: string }[];
}

const everyRun = [daemonSetFlag, ignorePreflightErrorsFlag, bundleDirFlag, timeoutFlag, settleFlag];

/** Of runs that restart nodes; --settle stands where it stands in every run. */
const nodesRun = [...Object.values(fleetFlags).filter((flag) => flag !== settleFlag), ...everyRun];

/**
 * The flags that belong to a run: the command that continues it repeats them, and they are all that the cluster
 * keeps (hazard H33). What names the cluster or the form of the output is not among them.
 */
const flagsOfRun: Readonly<Record<string, readonly Flag[]>> = {
  node: [
    allFlag,
    filenameFlag,
    templateOnlyFlag,
    restartFlag,
    noCordonFlag,
    probeImageFlag,
    gracePeriodFlag,
    forceFlag,
    untilPrepullFlag,
    detachFlag,
    imageFlag,
    ...Object.values(drainFlags),
    ...nodesRun,
  ],
  controller: [filenameFlag, restartControllerFlag, fixStrategyFlag, ...everyRun],
  configmap: [filenameFlag, setFlag, unsetFlag, editFlag, noRestartFlag, ...nodesRun],
  apply: [
    filenameFlag,
    recursiveFlag,
    toFlag,
    untilStepFlag,
    skipNodesFlag,
    forceConflictsFlag,
    withSecretsFlag,
    recreateFlag,
    fixStrategyFlag,
    probeImageFlag,
    ...nodesRun,
  ],
  "migrate-policy": [toFlag, keepFlag, treatAsFlag, acceptFlag, finishFlag, ...everyRun],
  "migrate-data": [finishFlag, ...everyRun],
  undo: [forceUndoFlag, ...nodesRun],
};

/** What is kept of a command line. `manifest`: the hash of what -f gave. */
export function runCommandOf({ verb, positionals, given }: CommandLine, manifest?: string): RunCommand {
  const flags: Record<string, string | boolean | readonly string[]> = {};
  for (const { flag, value } of given) {
    if (flagsOfRun[verb]?.some(({ name }) => name === flag.name) !== true) continue;
    const before = flags[flag.name];
    if (flag.repeat === true) flags[flag.name] = [...(Array.isArray(before) ? before : []), value];
    else flags[flag.name] = flag.takes === "boolean" ? value === "true" : value;
  }
  return {
    verb,
    ...(positionals.length === 0 ? {} : { arguments: positionals }),
    ...(Object.keys(flags).length === 0 ? {} : { flags }),
    ...(manifest === undefined ? {} : { manifest }),
  };
}

/**
 * The command as the user would type it, with the flags of the user's own cluster. What the flag tables do not
 * know is left out, and every value is quoted: the cluster's copy may have been edited by anybody (hazard H34).
 */
export function renderRunCommand(
  { verb, arguments: words = [], flags = {} }: RunCommand,
  connection: ConnectionValues,
  more: readonly string[] = [],
): string {
  const table = flagsOfRun[verb];
  if (table === undefined) return [program, "status", ...clusterFlags(connection)].join(" ");
  const own = flagWords(table, flags, quoted);
  return [program, verb, ...words.map(quoted), ...own, ...more, ...clusterFlags(connection)].join(" ");
}

/** The words behind the program's name, for whoever starts it without a shell. */
export function argumentsOf({ verb, arguments: words = [], flags = {} }: RunCommand): readonly string[] {
  return [verb, ...words, ...flagWords(flagsOfRun[verb] ?? [], flags, (text) => text)];
}

function flagWords(
  table: readonly Flag[],
  flags: NonNullable<RunCommand["flags"]>,
  word: (text: string) => string,
): readonly string[] {
  return table.flatMap((flag) => {
    const value = flags[flag.name];
    const values = Array.isArray(value) ? value : value === undefined ? [] : [value];
    return values.flatMap((each: string | boolean) => {
      if (typeof each === "boolean") return each ? [`--${flag.name}`] : [];
      return flag.short === undefined ? [`--${flag.name}=${word(each)}`] : [`-${flag.short}`, word(each)];
    });
  });
}

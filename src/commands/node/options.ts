import type { FleetValues } from "../../flags/fleet.ts";
import type { DrainValues } from "../../flags/drain.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { userError } from "../../errors.ts";
import type { Millis } from "../../model/time.ts";
import { daemonSetArgument, idsOf, nodeArguments, seeHelp } from "../arguments.ts";
import { checkPulls, fleetOptions } from "../fleet-options.ts";
import type { NodesRequest } from "../../operations/node/request.ts";
import type { Output } from "../../render/output.ts";
import type { OutputFlags } from "../read-output.ts";
import { detachOptions } from "./detach-options.ts";
import { drainRequest } from "./drain-options.ts";
import { sessionOptions, type SessionOptions } from "../session.ts";

/** The values of the command line, checked: what is asked of the nodes, and how it is reported. */
export interface NodeOptions extends SessionOptions {
  readonly request: NodesRequest;
  readonly file: string | undefined;
  readonly output: Output;
  /** --image of --detach; undefined: the run is performed here. */
  readonly detach?: string;
}

/** The values of the flags, as the command class has them. */
export interface NodeValues extends Omit<OutputFlags, "noHeaders"> {
  readonly connection: ConnectionValues;
  readonly filename: readonly string[];
  readonly templateOnly: boolean;
  readonly printMissing: boolean;
  readonly daemonSet: string | undefined;
  readonly all: boolean;
  readonly restart: boolean;
  readonly noCordon: boolean;
  readonly probeImage: string | undefined;
  readonly gracePeriod: number;
  readonly drain: DrainValues;
  readonly fleet: FleetValues;
  readonly untilStep: string | undefined;
  readonly timeout: Millis;
  readonly force: boolean;
  readonly takeOver: boolean;
  readonly release: boolean;
  readonly unpin: boolean;
  readonly detach: boolean;
  readonly image: string | undefined;
  readonly stop: boolean;
  readonly bundleDir: string | undefined;
  readonly ignored: readonly string[];
  readonly dryRun: string;
  readonly yes: boolean;
  readonly nodes: readonly string[];
}

const help = seeHelp("node");

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function nodeOptions(
  values: NodeValues,
  output: Output,
  warn: (text: string) => void,
  now: Millis,
): NodeOptions {
  const session = sessionOptions(values, warn);
  if (values.filename.length > 1) throw userError("node takes one file; -f was given several times", help);
  const file = values.filename[0];
  const fileless = [
    [values.templateOnly, "--template-only"],
    [values.printMissing, "--print-missing"],
  ] as const;
  for (const [given, flag] of fileless) {
    if (given && file === undefined) throw userError(`${flag} goes with -f FILE`, help);
  }
  const nodes = nodeArguments(values.nodes, "node");
  const chooses = values.all || values.fleet.selector !== undefined;
  // kubectl's words, of drain and label.
  if (nodes.length > 0 && values.fleet.selector !== undefined)
    throw userError("cannot specify both a node name and a --selector option", help);
  if (nodes.length > 0 && values.all) throw userError("cannot specify both a node name and --all", help);
  if (values.all && values.fleet.selector !== undefined)
    throw userError("cannot set --all and --selector at the same time", help);
  const others = [
    [values.unpin, "--unpin"],
    [values.stop, "--stop"],
    [values.release, "--release"],
    [values.printMissing, "--print-missing"],
  ] as const;
  for (const [given, flag] of others)
    if (given && (chooses || values.fleet.exclude.length > 0))
      throw userError(`${flag} cannot be combined with --all, --selector or --exclude`, help);
  for (const [given, flag] of others)
    if (given && values.drain.drain) throw userError(`${flag} cannot be combined with --drain`, help);
  if (nodes.length === 0 && !chooses && !values.unpin && !values.stop && !values.printMissing) {
    throw userError(`USAGE: node (NODE... | --all | -l SELECTOR) [flags]`, help);
  }
  if (values.restart && values.fleet.pauseAfter !== undefined)
    throw userError(
      "--pause-after cannot be combined with --restart: the same command would restart the canaries again",
      help,
    );
  const fleet = fleetOptions(values.fleet, "node", chooses ? undefined : nodes, now);
  const left = nodes.filter(
    (name) => !fleet.selection.exclude.some((each) => each.kind === "node" && each.name === name),
  );
  if (nodes.length > 0 && left.length === 0) throw userError("--exclude leaves out every node named", help);
  if (values.unpin && nodes.length > 0)
    throw userError("--unpin is about the DaemonSet and takes no NODE", help);
  if (values.stop && nodes.length > 0)
    throw userError("--stop is about the whole run and takes no NODE", help);
  const detach = detachOptions(values, help);
  if (values.timeout < 0) throw userError("--timeout must not be negative; zero means forever", help);
  if (values.untilStep !== undefined) checkPulls(fleet, help);
  const drain = drainRequest(values.drain, { timeout: values.timeout, noCordon: values.noCordon, help });
  const ignored = new Set(idsOf(values.ignored));
  // --force on node means H17 and nothing else.
  if (values.force) ignored.add("H17");
  return {
    request: {
      nodes: left,
      ...fleet,
      templateOnly: values.templateOnly,
      restart: values.restart,
      noCordon: values.noCordon,
      timeout: values.timeout,
      takeOver: values.takeOver,
      ...(values.untilStep === undefined ? {} : { until: "prepull" as const }),
      ignored,
      ...(values.daemonSet === undefined ? {} : { daemonSet: daemonSetArgument(values.daemonSet, "node") }),
      ...(drain === undefined ? {} : { drain }),
      ...(values.probeImage === undefined ? {} : { probeImage: values.probeImage }),
      ...(values.gracePeriod < 0 ? {} : { gracePeriod: values.gracePeriod }),
    },
    file,
    output,
    ...(detach === undefined ? {} : { detach }),
    ...session,
  };
}

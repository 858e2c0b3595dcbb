import { userError } from "../../errors.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { savedByFlags } from "../../flags/next-command.ts";
import type { NamespacedName } from "../../model/kube.ts";
import { quoted } from "../../model/shell.ts";
import { readDryRun, type DryRun } from "../../flags/dry-run.ts";
import { program } from "../../model/program.ts";
import type { Millis } from "../../model/time.ts";
import type { Output } from "../../render/output.ts";
import type { OutputFlags } from "../read-output.ts";
import { daemonSetArgument, idsOf, seeHelp } from "../arguments.ts";

/** The values of the flags, as the command class has them. */
export interface ControllerValues extends Omit<OutputFlags, "noHeaders"> {
  readonly connection: ConnectionValues;
  readonly filename: readonly string[];
  readonly restart: boolean;
  readonly fixStrategy: boolean;
  readonly takeOver: boolean;
  readonly printMissing: boolean;
  readonly settle: Millis | undefined;
  readonly timeout: Millis;
  readonly bundleDir: string | undefined;
  readonly ignored: readonly string[];
  readonly dryRun: string;
  readonly yes: boolean;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly rest: readonly string[];
}

/** The values of the command line, checked and in the terms of the run. */
export interface ControllerOptions {
  readonly file?: string;
  readonly restart: boolean;
  readonly fixStrategy: boolean;
  readonly takeOver: boolean;
  readonly printMissing: boolean;
  /** Whether the file's other objects are told of: not where steps of their own follow. */
  readonly tellOthers: boolean;
  readonly settle?: Millis;
  readonly timeout: Millis;
  /** --bundle-dir */
  readonly bundleDir: string | undefined;
  readonly ignored: ReadonlySet<string>;
  /** Rules about what an earlier step of the same run brings about: a dry run does not ask them. */
  readonly settled: ReadonlySet<string>;
  readonly dryRun: DryRun;
  readonly output: Output;
  /** Of the user's command: for colours, and for the commands that are named. */
  readonly connection: ConnectionValues;
  /** The command that goes on with this run, as the user would type it. */
  readonly again: string;
  /** --daemonset: whose controller it is, where several run calico-node (hazard H20). */
  readonly daemonSet?: NamespacedName;
}

const help = seeHelp("controller");

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function controllerOptions(
  values: ControllerValues,
  output: Output,
  warn: (text: string) => void,
): ControllerOptions {
  const dryRun = readDryRun(values.dryRun);
  if (!dryRun.ok) throw userError(dryRun.message);
  if (dryRun.warning !== undefined) warn(dryRun.warning);
  const [extra] = values.rest;
  if (extra !== undefined) throw userError(`unexpected arguments: [${values.rest.join(" ")}]`, help);
  if (values.filename.length > 1)
    throw userError("controller takes one file; -f was given several times", help);
  const [file] = values.filename;
  if (file !== undefined && values.restart)
    throw userError(
      "-f brings the controller in line and --restart only restarts it; give one of them",
      help,
    );
  if (values.printMissing && file === undefined) throw userError("--print-missing goes with -f FILE", help);
  if (values.fixStrategy && file === undefined && !values.restart)
    throw userError("--fix-strategy goes with -f FILE or --restart", help);
  if (values.timeout < 0) throw userError("--timeout must not be negative; zero means forever", help);
  if (values.settle !== undefined && values.settle < 0)
    throw userError("--settle must not be negative", help);
  const daemonSet = daemonSetArgument(values.daemonSet, "controller");
  const again = [
    program,
    "controller",
    ...(file === undefined ? [] : ["-f", quoted(file)]),
    ...(values.restart ? ["--restart"] : []),
    ...(values.fixStrategy ? ["--fix-strategy"] : []),
    ...(values.daemonSet === undefined ? [] : [`--daemonset=${quoted(values.daemonSet)}`]),
    ...values.ignored.map((ids) => `--ignore-preflight-errors=${ids}`),
    ...savedByFlags(values),
  ].join(" ");
  return {
    restart: values.restart,
    fixStrategy: values.fixStrategy,
    takeOver: values.takeOver,
    printMissing: values.printMissing,
    tellOthers: true,
    timeout: values.timeout,
    bundleDir: values.bundleDir,
    ignored: idsOf(values.ignored),
    settled: new Set(),
    dryRun: dryRun.dryRun,
    output,
    connection: values.connection,
    again,
    ...(file === undefined ? {} : { file }),
    ...(daemonSet === undefined ? {} : { daemonSet }),
    ...(values.settle === undefined ? {} : { settle: values.settle }),
  };
}

import { userError } from "../../errors.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import type { Millis } from "../../model/time.ts";
import type { ControllerRequest } from "../../operations/controller/request.ts";
import type { Output } from "../../render/output.ts";
import type { OutputFlags } from "../read-output.ts";
import { sessionOptions, type SessionOptions } from "../session.ts";
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

/** The values of the command line, checked: what is asked of the controller, and how it is reported. */
export interface ControllerOptions extends SessionOptions {
  readonly request: ControllerRequest;
  readonly file: string | undefined;
  readonly restart: boolean;
  readonly printMissing: boolean;
  readonly output: Output;
}

const help = seeHelp("controller");

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function controllerOptions(
  values: ControllerValues,
  output: Output,
  warn: (text: string) => void,
): ControllerOptions {
  const session = sessionOptions(values, warn);
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
  return {
    request: {
      fixStrategy: values.fixStrategy,
      takeOver: values.takeOver,
      timeout: values.timeout,
      ignored: idsOf(values.ignored),
      asStep: false,
      settled: new Set(),
      ...(daemonSet === undefined ? {} : { daemonSet }),
      ...(values.settle === undefined ? {} : { settle: values.settle }),
    },
    file,
    restart: values.restart,
    printMissing: values.printMissing,
    output,
    ...session,
  };
}

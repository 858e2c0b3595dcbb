import { userError } from "../../errors.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { readDryRun, type DryRun } from "../../flags/dry-run.ts";
import { clusterFlags } from "../../flags/next-command.ts";
import { program } from "../../model/program.ts";
import { quoted } from "../../model/shell.ts";
import type { Millis } from "../../model/time.ts";
import { applySteps, type ApplyStepId } from "../../plan/apply/parts.ts";
import type { Output } from "../../render/output.ts";
import type { OutputFlags } from "../read-output.ts";
import { daemonSetArgument, idsOf, seeHelp } from "../arguments.ts";
import type { NodeOptions } from "../node/options.ts";

/** The values of the flags, as the command class has them. */
export interface ApplyValues extends Omit<OutputFlags, "noHeaders"> {
  readonly connection: ConnectionValues;
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly to: string | undefined;
  readonly untilStep: string | undefined;
  readonly skipNodes: boolean;
  readonly forceConflicts: boolean;
  readonly withSecrets: boolean;
  readonly recreate: boolean;
  readonly fixStrategy: boolean;
  readonly bundleDir: string | undefined;
  readonly daemonSet: string | undefined;
  readonly probeImage: string | undefined;
  readonly settle: Millis | undefined;
  readonly timeout: Millis;
  readonly takeOver: boolean;
  readonly ignored: readonly string[];
  readonly dryRun: string;
  readonly yes: boolean;
  readonly rest: readonly string[];
}

/** The values of the command line, checked and in the terms of the run. */
export interface ApplyOptions {
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly to: string | undefined;
  /** The last step to do. */
  readonly until: ApplyStepId;
  readonly skipNodes: boolean;
  readonly forceConflicts: boolean;
  readonly withSecrets: boolean;
  readonly recreate: boolean;
  readonly fixStrategy: boolean;
  readonly bundleDir: string | undefined;
  readonly connection: ConnectionValues;
  readonly daemonSet: string | undefined;
  readonly dryRun: DryRun;
  readonly yes: boolean;
  readonly timeout: Millis;
  readonly output: Output;
  /** For the nodes; which ones is known when the cluster was looked at. */
  readonly node: Omit<NodeOptions, "nodes">;
  /** The command that goes on with this run, as the user would type it. */
  readonly again: string;
}

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function applyOptions(
  values: ApplyValues,
  output: Output,
  warn: (text: string) => void,
): ApplyOptions {
  const help = seeHelp("apply");
  const dryRun = readDryRun(values.dryRun);
  if (!dryRun.ok) throw userError(dryRun.message);
  if (dryRun.warning !== undefined) warn(dryRun.warning);
  if (values.rest.length > 0) throw userError(`unexpected arguments: [${values.rest.join(" ")}]`, help);
  if (values.timeout < 0) throw userError("--timeout must not be negative; zero means forever", help);
  const until = applySteps.find((step) => step === values.untilStep) ?? "contract";
  if (values.skipNodes && (until === "nodes" || values.untilStep === "contract")) {
    throw userError("--skip-nodes leaves out what --until-step asks for; give one of them", help);
  }
  const ignored = idsOf(values.ignored);
  const everywhere = [
    ...(values.daemonSet === undefined ? [] : ["--daemonset", values.daemonSet]),
    ...clusterFlags(values.connection),
  ];
  const flags = [
    ...values.filename.flatMap((path) => ["-f", quoted(path)]),
    ...(values.recursive ? ["-R"] : []),
    ...(values.withSecrets ? ["--with-secrets"] : []),
    ...(values.forceConflicts ? ["--force-conflicts"] : []),
    ...(values.fixStrategy ? ["--fix-strategy"] : []),
    ...(values.bundleDir === undefined ? [] : ["--bundle-dir", quoted(values.bundleDir)]),
    ...values.ignored.map((ids) => `--ignore-preflight-errors=${ids}`),
  ];
  return {
    filename: values.filename,
    recursive: values.recursive,
    to: values.to,
    until,
    skipNodes: values.skipNodes,
    forceConflicts: values.forceConflicts,
    withSecrets: values.withSecrets,
    recreate: values.recreate,
    fixStrategy: values.fixStrategy,
    bundleDir: values.bundleDir,
    connection: values.connection,
    daemonSet: values.daemonSet,
    dryRun: dryRun.dryRun,
    yes: values.yes,
    timeout: values.timeout,
    output,
    node: {
      templateOnly: false,
      restart: false,
      noCordon: false,
      timeout: values.timeout,
      takeOver: values.takeOver,
      ignored,
      dryRun: dryRun.dryRun,
      yes: values.yes,
      output,
      connection: values.connection,
      again: flags,
      everywhere,
      ...(values.daemonSet === undefined ? {} : { daemonSet: daemonSetArgument(values.daemonSet, "apply") }),
      ...(values.probeImage === undefined ? {} : { probeImage: values.probeImage }),
      ...(values.settle === undefined ? {} : { settle: values.settle }),
    },
    again: [program, "apply", ...flags, ...(values.recreate ? ["--recreate"] : []), ...everywhere].join(" "),
  };
}

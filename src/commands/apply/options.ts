import { userError } from "../../errors.ts";
import type { FleetValues } from "../../flags/fleet.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import type { Millis } from "../../model/time.ts";
import type { ApplyRequest } from "../../operations/apply/request.ts";
import { applySteps } from "../../plan/apply/parts.ts";
import type { Version } from "../../releases/version.ts";
import type { Output } from "../../render/output.ts";
import type { OutputFlags } from "../read-output.ts";
import { daemonSetArgument, seeHelp } from "../arguments.ts";
import { ignoredIds } from "../rule-ids.ts";
import { checkPulls, fleetOptions } from "../fleet-options.ts";
import { sessionOptions, type SessionOptions } from "../session.ts";
import { readOverrides } from "../plan-overrides.ts";

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
  readonly fleet: FleetValues;
  readonly timeout: Millis;
  readonly takeOver: boolean;
  readonly ignored: readonly string[];
  readonly dryRun: string;
  readonly yes: boolean;
  readonly rest: readonly string[];
}

/** The values of the command line, checked: what is asked, but for the file, and how it is reported. */
export interface ApplyOptions extends SessionOptions {
  readonly request: Omit<ApplyRequest, "file" | "to" | "stated">;
  /** --to */
  readonly to: Version | undefined;
  readonly output: Output;
}

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function applyOptions(
  values: ApplyValues,
  output: Output,
  warn: (text: string) => void,
  now: Millis,
): ApplyOptions {
  const help = seeHelp("apply");
  const session = sessionOptions(values, warn);
  if (values.rest.length > 0) throw userError(`unexpected arguments: [${values.rest.join(" ")}]`, help);
  if (values.timeout < 0) throw userError("--timeout must not be negative; zero means forever", help);
  const until = applySteps.find((step) => step === values.untilStep) ?? "contract";
  const fleet = fleetOptions(values.fleet, "apply", undefined, now);
  if (until === "prepull") checkPulls(fleet, help);
  if (values.skipNodes && (until === "nodes" || until === "prepull" || values.untilStep === "contract")) {
    throw userError("--skip-nodes leaves out what --until-step asks for; give one of them", help);
  }
  return {
    request: {
      until,
      skipNodes: values.skipNodes,
      choices: { forceConflicts: values.forceConflicts, withSecrets: values.withSecrets },
      recreate: values.recreate,
      fixStrategy: values.fixStrategy,
      nodes: {
        templateOnly: false,
        noCordon: false,
        timeout: values.timeout,
        takeOver: values.takeOver,
        ignored: ignoredIds(values.ignored),
        ...(values.daemonSet === undefined
          ? {}
          : { daemonSet: daemonSetArgument(values.daemonSet, "apply") }),
        ...(values.probeImage === undefined ? {} : { probeImage: values.probeImage }),
        ...fleet,
      },
    },
    to: readOverrides({
      to: values.to,
      file: true,
      from: undefined,
      datastore: undefined,
      kubernetes: undefined,
    }).to,
    output,
    ...session,
  };
}

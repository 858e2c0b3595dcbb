import { userError } from "../../errors.ts";
import type { FleetValues } from "../../flags/fleet.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import type { Millis } from "../../model/time.ts";
import type { ConfigMapRequest } from "../../operations/configmap/request.ts";
import type { Output } from "../../render/output.ts";
import { daemonSetArgument, idsOf, seeHelp } from "../arguments.ts";
import { fleetOptions } from "../fleet-options.ts";
import { sessionOptions, type SessionOptions } from "../session.ts";

/** The values of the flags, as the command class has them. */
export interface ConfigMapValues {
  readonly connection: ConnectionValues;
  readonly filename: readonly string[];
  readonly set: readonly string[];
  readonly unset: readonly string[];
  readonly edit: boolean;
  readonly diff: boolean;
  readonly noRestart: boolean;
  readonly daemonSet: string | undefined;
  readonly fleet: FleetValues;
  readonly timeout: Millis;
  readonly takeOver: boolean;
  readonly bundleDir: string | undefined;
  readonly ignored: readonly string[];
  readonly dryRun: string;
  readonly yes: boolean;
  readonly output: string;
  readonly rest: readonly string[];
}

/** Where the new values come from. */
export type ValuesFrom =
  | { readonly from: "file"; readonly file: string }
  | {
      readonly from: "flags";
      readonly set: ReadonlyMap<string, string>;
      readonly unset: ReadonlySet<string>;
    }
  | { readonly from: "editor" };

/** The values of the command line, checked: what is asked of the ConfigMap, and how it is reported. */
export interface ConfigMapOptions extends SessionOptions {
  readonly request: ConfigMapRequest;
  readonly values: ValuesFrom;
  readonly diff: boolean;
  readonly output: Output;
}

const help = seeHelp("configmap");

/** Everything that can be wrong with the command line is said here, before anything is read. */
export function configMapOptions(
  values: ConfigMapValues,
  output: Output,
  warn: (text: string) => void,
  now: Millis,
): ConfigMapOptions {
  const session = sessionOptions(values, warn);
  if (values.rest.length > 0) throw userError(`unexpected arguments: [${values.rest.join(" ")}]`, help);
  if (values.timeout < 0) throw userError("--timeout must not be negative; zero means forever", help);
  const { format } = output;
  if (format !== "table" && format !== "json" && format !== "yaml" && format !== "name")
    throw userError(`-o ${format} has no template here; use table, json, yaml or name`, help);
  return {
    request: {
      noRestart: values.noRestart,
      takeOver: values.takeOver,
      timeout: values.timeout,
      ignored: idsOf(values.ignored),
      ...fleetOptions(values.fleet, "configmap", undefined, now),
      ...(values.daemonSet === undefined
        ? {}
        : { daemonSet: daemonSetArgument(values.daemonSet, "configmap") }),
    },
    values: valuesFrom(values),
    diff: values.diff,
    output,
    ...session,
  };
}

function valuesFrom({ filename, set: sets, unset: unsets, edit }: ConfigMapValues): ValuesFrom {
  const byFlags = sets.length > 0 || unsets.length > 0;
  const ways = [filename.length > 0, byFlags, edit].filter(Boolean).length;
  if (ways !== 1)
    throw userError("give the new values with -f FILE, with --set and --unset, or with --edit", help);
  const [file, second] = filename;
  if (second !== undefined) throw userError("configmap takes one file; -f was given several times", help);
  if (file !== undefined) return { from: "file", file };
  if (edit) return { from: "editor" };
  const set = new Map<string, string>();
  for (const text of sets) {
    const [, key, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (key === undefined || value === undefined) throw userError(`--set is KEY=VALUE, not "${text}"`, help);
    if (!isKey(key))
      throw userError(`"${key}" cannot be a key: letters, digits, -, _ and . are allowed`, help);
    if (set.has(key) && set.get(key) !== value)
      throw userError(`--set gives "${key}" two values; leave one of them out`, help);
    set.set(key, value);
  }
  const unset = new Set(unsets);
  const both = unsets.find((key) => set.has(key));
  if (both !== undefined) throw userError(`--set and --unset both name "${both}"`, help);
  return { from: "flags", set, unset };
}

/** As the API server has it (validation of ConfigMap keys). */
function isKey(text: string): boolean {
  return /^[-._a-zA-Z0-9]+$/.test(text) && text.length <= 253;
}

import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import type { FactsFlags } from "../../operations/facts/source.ts";
import type { Decisions } from "../../policy/migration.ts";
import { seeHelp } from "../arguments.ts";
import { releaseArgument } from "../release-argument.ts";
import { readDecisions, type GivenDecisions } from "./decisions.ts";

/** The flags as the command class has them. */
export interface MigratePolicyValues extends GivenDecisions, FactsFlags {
  readonly accept: boolean;
  readonly bundleDir: string | undefined;
  readonly dryRun: string;
  readonly yes: boolean;
  readonly connection: ConnectionValues;
  readonly whatIf: boolean;
  readonly finish: boolean;
  readonly to: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

export const usage = seeHelp("migrate-policy");

/** What is asked for, of the looks as of the migration. */
export interface PolicyArguments {
  readonly given: Decisions;
  /** A release that is known. */
  readonly to: string | undefined;
}

/** Everything that can be wrong with the command line, before anything is read. */
export function checked(values: MigratePolicyValues): PolicyArguments {
  const { to, extra } = values;
  if (extra.length > 0) throw userError(`unexpected arguments: [${extra.join(" ")}]`, usage);
  const wanted = to === undefined ? undefined : releaseArgument(to);
  return { given: readDecisions(values, usage), to: wanted?.text };
}

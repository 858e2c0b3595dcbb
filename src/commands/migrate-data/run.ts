import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { newNameOf, type DataStep } from "../../data/plan.ts";
import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ConnectionValues } from "../../flags/connection.ts";
import { savedLine } from "../../flags/next-command.ts";
import { readDryRun, type DryRun } from "../../flags/dry-run.ts";
import { program } from "../../model/program.ts";
import { atLeast } from "../../releases/version.ts";
import type { DataMigration } from "../../render/data/kind.ts";
import { printableData } from "../../render/data/print.ts";
import type { Output } from "../../render/output.ts";
import { seeHelp } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import { outputOf, resultText } from "../print-result.ts";
import {
  bring,
  compared,
  equalText,
  notEqual,
  openDataBundle,
  questionOf,
  readBack,
  refuseLocked,
  stopping,
  warnElsewhere,
  whatToBring,
  writeUnder,
  type Sides,
} from "../../operations/migrate-data/bring-over.ts";
import { deleteOld, notYet } from "../../operations/migrate-data/finish.ts";
import { lookAround } from "../../operations/migrate-data/look.ts";
import { oldPlaces } from "../../operations/migrate-data/read.ts";
import { dataLine, type Writing } from "../../operations/migrate-data/write.ts";
import { plural } from "../../model/words.ts";

export interface MigrateDataOptions {
  readonly finish: boolean;
  readonly dryRun: string;
  readonly yes: boolean;
  readonly bundleDir: string | undefined;
  readonly output: string;
  readonly connection: ConnectionValues;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly warn: (message: string) => void;
}

interface Run extends Sides {
  readonly options: MigrateDataOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
}

/** 0: both sides are equal, or there is nothing to bring over; 1: it stopped, and says where. */
export async function runMigrateData(options: MigrateDataOptions): Promise<number> {
  const { context } = options;
  const output = await outputOf(plainOutput(options.output), context);
  if (options.extra.length > 0)
    throw userError(`unexpected arguments: [${options.extra.join(" ")}]`, seeHelp("migrate-data"));
  const dry = readDryRun(options.dryRun);
  if (!dry.ok) throw userError(dry.message);
  if (dry.warning !== undefined) options.warn(dry.warning);
  const connection = await options.connect();
  const looked = await lookAround(connection, context.now());
  const places = oldPlaces(looked.discovery);
  const run: Run = { options, output, dryRun: dry.dryRun, connection, looked, places };
  const nothing = nothingHere(run);
  if (nothing !== undefined) return await told(run, [], "not needed", nothing);
  refuseLocked(looked);
  const steps = await compared(run);
  warnElsewhere(steps, options.warn);
  const stopped = stopping(steps);
  if (stopped !== undefined) {
    await told(run, steps, "stopped", "nothing was written");
    throw stopped;
  }
  return options.finish ? await finish(run, steps) : await bringOver(run, steps);
}

/** Why there is nothing to bring over; undefined: there may be something. */
function nothingHere({ looked: { datastore, release }, places }: Run): string | undefined {
  if (datastore === "etcd")
    return "Calico's data is in etcd; only the Kubernetes datastore had ThirdPartyResources";
  if (places.length > 0) return undefined;
  if (release !== undefined && !atLeast(release, "v2.5.0")) {
    throw userError(
      `P03: ${release.text} keeps its data in ThirdPartyResources, and this server no longer serves them; they can be read on Kubernetes 1.7 only`,
      `See '${program} explain P03'`,
    );
  }
  return `the server serves none of the old kinds${release === undefined ? "" : `, and ${release.text} does not use them`}`;
}

async function bringOver(run: Run, steps: readonly DataStep[]): Promise<number> {
  const { options, dryRun } = run;
  const bringing = await whatToBring(run, steps);
  if (bringing === undefined) return await told(run, steps, "verified", equalText(steps));
  const question = questionOf(bringing);
  if (dryRun === "none" && !(await confirm(options.context, options.yes, question))) return 1;
  await writing(run, async (each) => bring(bringing, each));
  if (dryRun !== "none") return await told(run, steps, "to do", statement(question));
  const { after, left } = await readBack(run);
  if (left.length === 0) return await told(run, after, "verified", equalText(after));
  await told(run, after, "stopped", "what was read back is not what the old side has");
  throw notEqual(left);
}

async function finish(run: Run, steps: readonly DataStep[]): Promise<number> {
  const { options, dryRun, looked, places } = run;
  const unequal = steps.filter(({ does }) => does !== "same" && does !== "elsewhere");
  if (unequal.length > 0)
    throw userError(
      `H28: the two sides are not equal yet: ${unequal.map(({ kind, name }) => `${kind} ${name}`).join(", ")}; run migrate-data first, without --finish`,
    );
  const going = steps.filter(({ does }) => does === "same");
  if (going.length === 0) return await told(run, steps, "finished", "no old object is left");
  const why = notYet(looked.state);
  if (why !== undefined) throw userError(why);
  const question = `Delete ${plural(going.length, "old object")}, whose content is on the new side? Each is saved first.`;
  if (dryRun === "none" && !(await confirm(options.context, options.yes, question))) return 1;
  await writing(run, async (each) => {
    await deleteOld(going, places, each);
  });
  const definitions = looked.discovery.find("thirdpartyresources", ["extensions"]);
  if (definitions !== undefined && dryRun === "none")
    options.context.stderr.write(
      "their definitions are left: kubectl delete thirdpartyresource global-config.projectcalico.org global-bgp-config.projectcalico.org ip-pool.projectcalico.org global-bgp-peer.projectcalico.org system-network-policy.alpha.projectcalico.org\n",
    );
  return dryRun === "none"
    ? await told(run, steps, "finished", `${plural(going.length, "old object")} deleted`)
    : await told(run, steps, "to do", statement(question));
}

/** Writes under a bundle of its own. */
async function writing(run: Run, work: (each: Writing) => Promise<void>): Promise<void> {
  const { options, dryRun, output } = run;
  const { context } = options;
  const lines = output.format === "table" || output.format === "wide";
  const bundle = dryRun === "none" ? await openDataBundle(run, context, options.bundleDir) : undefined;
  await writeUnder(
    run,
    context,
    { dryRun, bundle, wrote: (change) => lines && context.stdout.write(`${dataLine(change, dryRun)}\n`) },
    work,
  );
  if (bundle !== undefined && !bundle.isEmpty())
    context.stderr.write(`${savedLine([bundle.directory], options)}\n`);
}

async function told(
  run: Run,
  steps: readonly DataStep[],
  state: DataMigration["state"],
  because: string,
): Promise<number> {
  const { options, dryRun, looked, output } = run;
  const result: DataMigration = {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "DataMigration",
    dryRun,
    state,
    because,
    objects: steps.map((step) => ({
      kind: step.kind,
      namespace: step.namespace,
      name: step.name,
      target: newNameOf(step),
      does: state === "finished" && step.does === "same" ? "deleted" : step.does,
      ...(step.why === undefined ? {} : { why: step.why }),
      differences: step.differences,
      verified: step.does === "same",
    })),
    others: looked.others,
  };
  options.context.stdout.write(await resultText(output, printableData(result)));
  return 0;
}

/** What would be asked, said. */
function statement(question: string): string {
  return question.replace(/\?$/, "").replace("? ", ". ");
}

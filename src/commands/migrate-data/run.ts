import { sha256 } from "../../bundle/write.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { dataPlan, newNameOf, stops, type DataStep } from "../../data/plan.ts";
import { interrupted, userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { readDryRun, type DryRun } from "../../flags/dry-run.ts";
import { program } from "../../model/program.ts";
import { atLeast } from "../../releases/version.ts";
import type { DataMigration } from "../../render/data/kind.ts";
import { printableData } from "../../render/data/print.ts";
import type { Output } from "../../render/output.ts";
import { seeHelp } from "../arguments.ts";
import { confirm } from "../node/confirm.ts";
import { openRunBundle } from "../open-run-bundle.ts";
import { outputOf, resultText } from "../print-result.ts";
import { deleteOld, notYet } from "./finish.ts";
import { lookAround, type Looked } from "./look.ts";
import { oldPlaces, readDefinitions, readSides, type Definitions, type OldPlace } from "./read.ts";
import { writeDefinitions, writeObjects, type Writing } from "./write.ts";

export interface MigrateDataOptions {
  readonly finish: boolean;
  readonly dryRun: string;
  readonly yes: boolean;
  readonly bundleDir: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
  readonly warn: (message: string) => void;
}

interface Run {
  readonly options: MigrateDataOptions;
  readonly output: Output;
  readonly dryRun: DryRun;
  readonly connection: Connection;
  readonly looked: Looked;
  readonly places: readonly OldPlace[];
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
  if (looked.locked)
    throw userError(
      "ClusterInformation default says datastoreReady false: somebody else's migration holds Calico's data; nothing is written meanwhile (D05)",
    );
  const steps = await compared(run);
  for (const { kind, namespace, name, why = "" } of steps.filter(({ does }) => does === "elsewhere"))
    options.warn(`${kind} ${namespace}/${name}: ${why}`);
  const stopping = steps.filter(stops);
  if (stopping.length > 0) {
    await told(run, steps, "stopped", "nothing was written");
    throw userError(`${stopping.map(stopText).join("; ")}; nothing was written`);
  }
  return options.finish ? await finish(run, steps) : await bringOver(run, steps);
}

/** Both sides, object by object. Once no old node is left, what is gone on the old side was deleted by --finish. */
async function compared({ connection, places, looked }: Run): Promise<readonly DataStep[]> {
  const steps = dataPlan(await readSides(connection, places), sha256);
  return notYet(looked.status) === undefined ? steps.filter(({ does }) => does !== "gone") : steps;
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
  const { connection, options, dryRun, looked } = run;
  const crds = await readDefinitions(connection, looked.discovery);
  if (crds === undefined)
    throw userError("P04: this server has no CustomResourceDefinitions; they came with Kubernetes 1.7");
  if (crds.unfit.length > 0) throw userError(`${crds.unfit.join("; ")}; nothing was written`);
  const todo = steps.filter(({ does }) => does === "create" || does === "update");
  if (todo.length === 0 && crds.missing.length === 0)
    return await told(run, steps, "verified", equalText(steps));
  const question = questionOf(todo, crds);
  if (dryRun === "none" && !(await confirm(options.context, options.yes, question))) return 1;
  await writing(run, async (each) => {
    await writeDefinitions(crds, each);
    await writeObjects(todo, each);
  });
  if (dryRun !== "none") return await told(run, steps, "to do", question);
  const after = await compared(run);
  const left = after.filter(({ does }) => does !== "same" && does !== "elsewhere");
  if (left.length === 0) return await told(run, after, "verified", equalText(after));
  await told(run, after, "stopped", "what was read back is not what the old side has");
  throw userError(
    `read back, these are not what the old side has: ${left.map(newNameOf).join(", ")}; somebody changed them meanwhile, or the old ones: run migrate-data again`,
  );
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
  const why = notYet(looked.status);
  if (why !== undefined) throw userError(why);
  const question = `Delete ${count(going.length, "old object")}, whose content is on the new side? Each is saved first.`;
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
    ? await told(run, steps, "finished", `${count(going.length, "old object")} deleted`)
    : await told(run, steps, "to do", question);
}

/** Writes under a bundle; a Ctrl-C ends it between two writes, and the next run goes on. */
async function writing(run: Run, work: (each: Writing) => Promise<void>): Promise<void> {
  const { connection, options, dryRun, looked, output } = run;
  const { context } = options;
  const serverVersion = looked.discovery.version;
  const bundle =
    dryRun === "none"
      ? await openRunBundle(connection, context, {
          command: "migrate-data",
          place: options.bundleDir,
          kubernetes: serverVersion,
          now: context.now,
        })
      : undefined;
  const listening = context.interrupts.listen();
  try {
    const said = (line: string): void => {
      if (output.format === "table" || output.format === "wide") context.stdout.write(`${line}\n`);
    };
    await work({ connection, serverVersion, dryRun, bundle, signal: listening.first, said });
  } catch (error) {
    if (!listening.first.aborted) throw error;
    throw interrupted(
      listening.exitCode,
      `interrupted; what is written stays, and this goes on: ${program} migrate-data`,
    );
  } finally {
    listening.stop();
    await bundle?.close();
  }
  if (bundle !== undefined) context.stderr.write(`saved to ${bundle.directory}\n`);
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

function stopText({ kind, namespace, name, why = "" }: DataStep): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}: ${why}`;
}

function equalText(steps: readonly DataStep[]): string {
  const same = steps.filter(({ does }) => does === "same").length;
  return same === 0 ? "there is no old object" : `${count(same, "object")} read back, equal on both sides`;
}

function questionOf(todo: readonly DataStep[], { missing }: Definitions): string {
  const creates = todo.filter(({ does }) => does === "create").length;
  const updates = todo.length - creates;
  const made = [
    ...(missing.length === 0 ? [] : [count(missing.length, "CustomResourceDefinition")]),
    ...(creates === 0 ? [] : [count(creates, "object")]),
  ];
  const parts = [
    ...(made.length === 0 ? [] : [`create ${made.join(" and ")}`]),
    ...(updates === 0 ? [] : [`update ${count(updates, "object")} that old nodes changed`]),
  ].join(", ");
  return `${parts.slice(0, 1).toUpperCase()}${parts.slice(1)}?`;
}

function count(number: number, what: string): string {
  return `${String(number)} ${what}${number === 1 ? "" : "s"}`;
}

import { bundleRoot } from "../../bundle/place.ts";
import { openBundle, type OpenBundle } from "../../bundle/write.ts";
import { clusterUid } from "../../cluster/cluster-uid.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { explain, userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import { readDryRun, dryRunSuffix, type DryRun } from "../../flags/dry-run.ts";
import { known } from "../../model/reading.ts";
import { semanticsOf } from "../../policy/enforcement.ts";
import { migrationSteps, type MigrationStep } from "../../policy/steps.ts";
import { versionOf } from "../../releases/version.ts";
import { notesOf } from "../../render/what-if/notes.ts";
import type { Change } from "../../render/policy-migration/kind.ts";
import { changeOfStep, mutationLine, planText } from "../../render/policy-migration/print.ts";
import { version } from "../../version.ts";
import { confirm } from "../node/confirm.ts";
import { checkStep } from "../preflight/step.ts";
import { outputOf } from "../print-result.ts";
import { carryOut, type Carried, type Work } from "./carry-out.ts";
import { finishWork, requirePast } from "./finish.ts";
import { keyOf, look, type Looked } from "./look.ts";
import { checkMigrationRights } from "./rights.ts";
import type { Checked, MigratePolicyOptions } from "./run.ts";
import { checkMigration } from "./side.ts";
import { stepWrites } from "./step-writes.ts";
import { tell } from "./tell.ts";

/** Carries the migration out, or what is left to do once it is behind (--finish). */
export async function migrate(options: MigratePolicyOptions, { given, to }: Checked): Promise<number> {
  const { context } = options;
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (!warned.has(text)) context.stderr.write(`Warning: ${text}\n`);
    warned.add(text);
  };
  const output = await outputOf(plainOutput(options.output), context);
  const dryRun = readDryRun(options.dryRun);
  if (!dryRun.ok) throw userError(dryRun.message);
  if (dryRun.warning !== undefined) warn(dryRun.warning);
  const connection = await options.connect();
  const again = (): Promise<Looked> => look(connection, context, { given, to, keepRaw: true });
  const looked = await again();
  const { side, target, driver } = looked.setting;
  if (options.finish) requirePast(looked);
  const work: Work = options.finish
    ? finishWork
    : {
        steps: ({ result, objects, decisions }) => migrationSteps(result.plan, objects.namespaces, decisions),
        check: (now) => checkMigration(now, { accept: options.accept, warn }),
      };
  const idle = !options.finish && (side === "past" || semanticsOf(target, driver).kind === "legacy");
  const steps = idle ? [] : work.steps(looked);
  const base = { options, output, dryRun: dryRun.dryRun, connection };
  if (steps.length === 0) {
    // An undecided namespace is no step, and not nothing either.
    if (!idle && !options.finish && looked.result.plan.namespaces.some(({ left }) => left === "undecided"))
      work.check(looked);
    return await tell({ ...base, looked, since: [], held: new Set(), changes: [] });
  }
  const root = dryRun.dryRun === "none" ? bundleRoot(options.bundleDir, context.env) : undefined;
  work.check(looked);
  await checkMigrationRights(connection, stepWrites(steps, looked.place, looked.raw, undefined));
  if (!options.finish) await checkRules(looked, warn);
  announce(looked, steps, context, options.finish);
  if (root === undefined) return await perform(looked, work, { ...base, again });
  if (!(await confirm(context, options.yes, questionOf(steps)))) return 1;
  const bundle = await openBundle(root, {
    command: "migrate-policy",
    tool: version,
    cluster: {
      uid: looked.raw.get(keyOf({ name: "kube-system" }))?.metadata.uid ?? (await clusterUid(connection)),
      server: connection.server,
      kubernetes: looked.discovery.version,
    },
    data: { driver, target, side },
    now: context.now,
  });
  return await perform(looked, work, { ...base, again, bundle });
}

interface Performing {
  readonly options: MigratePolicyOptions;
  readonly output: Awaited<ReturnType<typeof outputOf>>;
  readonly dryRun: DryRun;
  readonly connection: Connection;
  readonly again: () => Promise<Looked>;
  readonly bundle?: OpenBundle;
}

async function perform(looked: Looked, work: Work, around: Performing): Promise<number> {
  const { options, output, dryRun, connection, again, bundle } = around;
  const { context } = options;
  const changes: Change[] = [];
  const lines = output.format === "table" || output.format === "wide";
  const listening = context.interrupts.listen();
  listening.first.addEventListener("abort", () => {
    context.stderr.write("interrupted: waiting for the requests under way; once more leaves at once\n");
  });
  let carried: Carried;
  try {
    carried = await carryOut(looked, work, {
      dryRun,
      again,
      interrupt: listening,
      ...(bundle === undefined ? {} : { bundle }),
      done(step) {
        const change = changeOfStep(step, resourceOf(looked));
        changes.push(change);
        if (lines) context.stdout.write(`${mutationLine(change, dryRunSuffix(dryRun))}\n`);
      },
      progress: (line) => void context.stderr.write(`${line}\n`),
    });
  } finally {
    // What is in it is on the disk; only what became of the last writes may not be.
    await bundle?.close().catch((error: unknown) => void context.stderr.write(`${explain(error)}\n`));
    listening.stop();
  }
  const code = await tell({
    options,
    output,
    dryRun,
    connection,
    ...carried,
    changes,
    ...(bundle === undefined || changes.length === 0 ? {} : { bundle: bundle.directory }),
  });
  return carried.stopped?.interrupted === true ? listening.exitCode : code;
}

/** What is about to happen and what has to be known about it, on standard error. */
function announce(
  { result, setting, objects }: Looked,
  steps: readonly MigrationStep[],
  { stderr }: Pick<AppContext, "stderr">,
  finish: boolean,
): void {
  const policies = new Map(objects.policies.map((facts) => [keyOf(facts), facts]));
  stderr.write(planText(steps, (step) => policies.get(keyOf(step))?.madeBy ?? []));
  if (finish) return;
  for (const note of notesOf(result, setting, { rulesTold: true })) stderr.write(`note: ${note}\n`);
}

/** The rules of preflight about this step, of what was read for the plan. */
async function checkRules(
  { connection, discovery, seen, objects, setting }: Looked,
  warn: (text: string) => void,
): Promise<void> {
  const place = {
    connection,
    discovery,
    now: seen.now,
    namespace: "kube-system",
    known: { ...seen, namespaces: known(objects.namespaces), networkPolicies: known(objects.policies) },
  };
  await checkStep("migrate-policy", place, { to: known(versionOf(setting.target)) }, new Set(), warn);
}

function questionOf(steps: readonly MigrationStep[]): string {
  const count = (kind: MigrationStep["kind"], words: string): string => {
    const number = steps.filter((step) => step.kind === kind).length;
    return number === 0 ? "" : `${words} ${String(number)}`;
  };
  const parts = [
    count("create", "create"),
    count("delete", "delete"),
    count("clean", "remove annotations from"),
  ].filter((part) => part !== "");
  const records = steps.filter(({ kind }) => kind === "treat-as" || kind === "keep").length;
  const all = records === 0 ? parts : [...parts, `record ${String(records)} of your decisions`];
  const text = all.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}? Everything is saved first.`;
}

/** networkpolicy.networking.k8s.io */
function resourceOf({ place }: Looked): string {
  return `${place.kind.toLowerCase()}.${place.group}`;
}

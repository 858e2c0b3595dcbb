import { openBundle, type OpenBundle } from "../../bundle/write.ts";
import { clusterUid } from "../../cluster/cluster-uid.ts";
import type { Connection } from "../../cluster/port.ts";
import type { AppContext } from "../../context.ts";
import { known } from "../../model/reading.ts";
import { semanticsOf } from "../../policy/enforcement.ts";
import type { Decisions } from "../../policy/migration.ts";
import { migrationSteps, type MigrationStep } from "../../policy/steps.ts";
import { versionOf } from "../../releases/version.ts";
import { planText } from "../../render/policy-migration/print.ts";
import { notesOf } from "../../render/what-if/notes.ts";
import { version } from "../../version.ts";
import { checkStep } from "../preflight/step.ts";
import type { Work } from "./carry-out.ts";
import { finishWork, requirePast } from "./finish.ts";
import { keyOf, look, type Looked } from "./look.ts";
import { checkMigrationRights } from "./rights.ts";
import { checkMigration } from "./side.ts";
import { stepWrites } from "./step-writes.ts";

/** What is asked of a migration. */
export interface Asked {
  readonly given: Decisions;
  /** A version that parses; undefined: the first one with v1 semantics. */
  readonly to: string | undefined;
  readonly accept: boolean;
  /** What is left to do once it is behind. */
  readonly finish: boolean;
}

/** What there is to carry out; nothing is written yet. */
export interface Prepared {
  readonly looked: Looked;
  readonly work: Work;
  /** None: there is nothing to do, or on one side of the boundary nothing that could be done. */
  readonly steps: readonly MigrationStep[];
  /** Reads the cluster again. */
  readonly again: () => Promise<Looked>;
}

/** Reads the cluster and works out the steps. Throws UserError where they cannot be told, or somebody has to decide. */
export async function prepareMigration(
  connection: Connection,
  context: Pick<AppContext, "now">,
  { given, to, accept, finish }: Asked,
  warn: (text: string) => void,
): Promise<Prepared> {
  const again = (): Promise<Looked> => look(connection, context, { given, to, keepRaw: true });
  const looked = await again();
  if (finish) requirePast(looked);
  const work: Work = finish
    ? finishWork
    : {
        steps: ({ result, objects, decisions }) => migrationSteps(result.plan, objects.namespaces, decisions),
        check: (now) => checkMigration(now, { accept, warn }),
      };
  const { side, target, driver } = looked.setting;
  const idle = !finish && (side === "past" || semanticsOf(target, driver).kind === "legacy");
  const steps = idle ? [] : work.steps(looked);
  const undecided = looked.result.plan.namespaces.some(({ left }) => left === "undecided");
  // An undecided namespace is no step, and not nothing either.
  if (steps.length === 0 && !idle && !finish && undecided) work.check(looked);
  return { looked, work, steps, again };
}

/** Everything that forbids the first write: the proof, the user's rights, the rules of preflight about this step. */
export async function checkPrepared(
  { looked, work, steps }: Prepared,
  { finish }: Pick<Asked, "finish">,
  warn: (text: string) => void,
): Promise<void> {
  work.check(looked);
  await checkMigrationRights(looked.connection, stepWrites(steps, looked.place, looked.raw, undefined));
  if (!finish) await checkRules(looked, warn);
}

/** What is about to happen and what has to be known about it. */
export function planOf({ looked, steps }: Prepared, { finish }: Pick<Asked, "finish">): string {
  const { result, setting, objects } = looked;
  const policies = new Map(objects.policies.map((facts) => [keyOf(facts), facts]));
  const plan = planText(steps, (step) => policies.get(keyOf(step))?.madeBy ?? []);
  const notes = finish ? [] : notesOf(result, setting, { rulesTold: true });
  return `${plan}${notes.map((note) => `note: ${note}\n`).join("")}`;
}

/** `root`: of bundles. `partOf`: the name of a run that this is a step of. */
export async function openMigrationBundle(
  { looked: { raw, setting, connection, discovery } }: Prepared,
  root: string,
  context: Pick<AppContext, "now">,
  partOf?: string,
): Promise<OpenBundle> {
  const { driver, target, side } = setting;
  return await openBundle(root, {
    command: "migrate-policy",
    tool: version,
    cluster: {
      uid: raw.get(keyOf({ name: "kube-system" }))?.metadata.uid ?? (await clusterUid(connection)),
      server: connection.server,
      kubernetes: discovery.version,
    },
    data: { driver, target, side },
    ...(partOf === undefined ? {} : { partOf: { run: partOf } }),
    now: context.now,
  });
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

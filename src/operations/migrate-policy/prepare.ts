import type { Discovery } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { known } from "../../model/reading.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import type { TextBlock } from "../../model/text-block.ts";
import type { Write } from "../../model/write.ts";
import type { Stop } from "../../plan/decision.ts";
import type { PolicyTask } from "../../plan/policy-migration/goal.ts";
import { agreementOf, proofOn, prove, type Proof } from "../../plan/policy-migration/proof.ts";
import { stepWrites } from "../../plan/policy-migration/writes.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import { versionOf } from "../../releases/version.ts";
import { flowText, planBlocks } from "../../render/policy-migration/print.ts";
import { notesOf } from "../../render/what-if/notes.ts";
import { checkStep } from "../preflight/step.ts";
import type { Session } from "../session.ts";
import { refusedWrites } from "../try-writes.ts";
import { look, type PolicySnapshot } from "./look.ts";
import { requirePast } from "./past.ts";
import type { PolicyMigrationRequest } from "./request.ts";
import { checkMigrationRights } from "./rights.ts";

/** What there is to carry out, proven; nothing is written yet. */
export interface PreparedPolicyMigration {
  readonly request: PolicyMigrationRequest;
  readonly snapshot: PolicySnapshot;
  readonly task: PolicyTask;
  readonly proof: Proof;
  /** What is about to happen, and what has to be known about it: for before the question. */
  readonly plan: readonly TextBlock[];
  /** Undefined: there is nothing to do, or on one side of the boundary nothing that could be done. */
  readonly question: string | undefined;
  /** Sentences without `Warning: `. */
  readonly warnings: readonly string[];
  /** Equal for two looks that show the same. */
  readonly basis: string;
}

/**
 * Reads the cluster, works out what is left and proves it; checks rights and the rules of the step. Throws
 * UserError where it must not be carried out, or somebody has to decide something first. `discovery`: of an
 * earlier look.
 */
export async function preparePolicyMigration(
  session: Session,
  request: PolicyMigrationRequest,
  discovery?: Discovery,
): Promise<PreparedPolicyMigration> {
  const { connection, clock, commands } = session;
  const { given, to, accept, finish } = request;
  const snapshot = await look(connection, clock.now(), { given, to, keepRaw: true, discovery });
  const { setting, calico, decisions, objects, raw, result, place } = snapshot;
  if (finish) requirePast(snapshot);
  const { driver, side, target } = setting;
  const task: PolicyTask = {
    finish,
    accept,
    driver,
    side,
    target,
    calico: calico.text,
    decisions,
    commands,
    flowText,
  };
  const world = { ...objects, raw };
  const proof = finish ? prove(world, task) : proofOn(world, task, result);
  const warnings: string[] = [];
  const mostFlows = 5;
  warnings.push(...proof.flows.slice(0, mostFlows));
  if (proof.refusal !== undefined) {
    for (const text of warnings) session.emit({ kind: "warning", text });
    throw refusalError(proof.refusal);
  }
  const { steps } = proof;
  if (steps.length > 0) {
    const writes = stepWrites(steps, place, raw, undefined).map(({ write }) => write);
    await checkMigrationRights(connection, writes, place);
    if (discovery === undefined) await refuseWrites(session, snapshot, writes);
    if (!finish) await checkRules(snapshot, (text) => void warnings.push(text));
  }
  const agreed = agreementOf(proof);
  return {
    request,
    snapshot,
    task,
    proof,
    warnings,
    plan: steps.length === 0 ? [] : planOf(snapshot, steps, finish),
    question: steps.length === 0 ? undefined : questionOf(steps),
    basis: JSON.stringify([side, calico.text, [...agreed.steps], [...agreed.flows]]),
  };
}

/** What the server would refuse: one of each kind and namespace is tried, as there may be tens of thousands. */
async function refuseWrites(
  session: Session,
  snapshot: PolicySnapshot,
  writes: readonly Write[],
): Promise<void> {
  if (session.dryRun === "client") return;
  const kinds = Map.groupBy(writes, ({ verb, ref: { resource, namespace = "" } }) =>
    [verb, resource, namespace].join(" "),
  );
  const tried = [...kinds.values()].flatMap(([first]) => (first === undefined ? [] : [first]));
  const refused = await refusedWrites(session, snapshot.discovery.version, tried);
  if (refused.length > 0)
    throw userError(
      `the server refuses what has to be written; nothing was changed:\n  ${refused.join("\n  ")}`,
    );
}

function refusalError({ message, hint }: Stop): Error {
  const error = userError(`${message}; nothing was changed${hint === undefined ? "" : `; ${hint}`}`);
  return Object.assign(error, { undecided: true as const });
}

function planOf(
  { result, setting, objects }: PolicySnapshot,
  steps: readonly MigrationStep[],
  finish: boolean,
): readonly TextBlock[] {
  const policies = new Map(objects.policies.map((facts) => [keyOf(facts), facts]));
  const plan = planBlocks(steps, (step) => policies.get(keyOf(step))?.madeBy ?? []);
  const notes = finish ? [] : notesOf(result, setting, { rulesReported: true });
  return [...plan, ...notes.map((text) => ({ label: "note: ", text }))];
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

/** The rules of preflight about this step, of what was read for the plan. */
async function checkRules(
  { connection, discovery, seen, objects, setting }: PolicySnapshot,
  warn: (text: string) => void,
): Promise<void> {
  const place = {
    connection,
    discovery,
    now: seen.now,
    namespace: "kube-system",
    known: { ...seen, namespaces: known(objects.namespaces), networkPolicies: known(objects.policies) },
  };
  await checkStep("migrate-policy", place, { to: known(versionOf(setting.target)) }, new Set(), (event) => {
    if (event.kind === "warning") warn(event.text);
  });
}

import type { OpenBundle } from "../../bundle/write.ts";
import type { PartOf } from "../../bundle/part.ts";
import { isAnswer, reasonOf } from "../../errors.ts";
import { keyOf } from "../../model/namespaced-name.ts";
import { livePolicyWorld } from "../../perform/policy-world.ts";
import { run } from "../../perform/run.ts";
import type { RunEvent } from "../../plan/run-event.ts";
import { isLeaseStep } from "../../plan/lease/step.ts";
import type { Ended, Stop } from "../../plan/decision.ts";
import { agreementOf } from "../../plan/policy-migration/proof.ts";
import { kindOfStep } from "../../plan/policy-migration/kinds.ts";
import { stepWrites } from "../../plan/policy-migration/writes.ts";
import { policyProcedure, type PolicySeen, type PolicyStep } from "../../plan/policy-migration/procedure.ts";
import type { PolicyFacts } from "../../plan/policy-migration/world.ts";
import { plannedWrites } from "../../plan/planned-writes.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import type { MigrationStep } from "../../policy/steps.ts";
import type { MigrationChange } from "../../render/policy-migration/kind.ts";
import { changeOfStep } from "../../render/policy-migration/print.ts";
import { plainBlocks } from "../../render/plain-blocks.ts";
import { agreeAgain, saysWaiting, withNextCommand } from "../agree-again.ts";
import { comparing } from "../comparing.ts";
import type { PoliciesAbout } from "../events.ts";
import { savedFirst } from "../saved-first.ts";
import { openRunBundle, performing, warn, type Session } from "../session.ts";
import { underRun } from "../under-run.ts";
import type { PolicyMigrationOutcome } from "./outcome.ts";
import { preparePolicyMigration, type PreparedPolicyMigration } from "./prepare.ts";
import { migrationResult } from "./result.ts";

/**
 * Carries out what was agreed on. What changes meanwhile, or has changed when the last write is done, is planned,
 * proven and asked about again (hazard H32); only a last look at the whole cluster says that it is finished.
 * `partOf`: the run that its bundle belongs to. Throws only what is no answer of the cluster.
 */
export async function performPolicyMigration(
  session: Session,
  prepared: PreparedPolicyMigration,
  { partOf }: { readonly partOf?: PartOf } = {},
): Promise<PolicyMigrationOutcome> {
  const { dryRun } = session;
  if (prepared.question === undefined)
    return outcomeOf(session, prepared, prepared.snapshot.objects, [], {}, undefined);
  const resource = resourceOf(prepared);
  const aboutOf = ({ proof }: PreparedPolicyMigration): PoliciesAbout => ({
    resource,
    planned: plannedWrites(proof.steps.map(kindOfStep)),
  });
  const quiet = saysWaiting(session);
  let bundle: OpenBundle | undefined;
  let current = prepared;
  const done: MigrationStep[] = [];
  let now: PolicyFacts = prepared.snapshot.objects;
  let stop: Stop | undefined;
  try {
    if (dryRun === "none") bundle = await openIts(session, prepared, partOf);
    for (let round = 1; ; round += 1) {
      const about = aboutOf(current);
      const ended = await carryOut(session, current, bundle, about);
      done.push(...ended.memory.done);
      now = ended.memory.proof ?? now;
      stop = ended.kind === "stopped" ? withNextCommand(session, ended.reason) : undefined;
      if (dryRun !== "none" || (stop !== undefined && stop.outdated !== true)) break;
      // What is left, and the proof of what is there: the sentence that all is done rests on this look.
      current = await comparing(session, about, () =>
        preparePolicyMigration(session, prepared.request, prepared.snapshot.discovery),
      );
      now = current.snapshot.objects;
      warnClosed(session, current, done, bundle);
      if (current.question === undefined) {
        stop = undefined;
        break;
      }
      // A note of a run under way: whoever shows it wraps it or does not.
      const left = { ...current, plan: plainBlocks(current.plan) };
      stop = await agreeAgain(session, "Namespaces or policies", left, round);
      if (stop !== undefined) break;
    }
  } catch (error) {
    if (!isAnswer(error)) throw error;
    stop = withNextCommand(session, { message: reasonOf(error) });
  } finally {
    quiet();
    // What is in it is on the disk; only what became of the last writes may not be.
    await bundle?.close().catch((error: unknown) => warn(session, reasonOf(error)));
  }
  const changes = done.map((step) => changeOfStep(step, resource));
  const saved = bundle === undefined || changes.length === 0 ? {} : { bundle: bundle.directory };
  return outcomeOf(session, current, now, changes, saved, stop);
}

/** One run of the procedure, on the cluster as it is listed now. */
async function carryOut(
  session: Session,
  { snapshot, task, proof }: PreparedPolicyMigration,
  bundle: OpenBundle | undefined,
  about: PoliciesAbout,
): Promise<Ended<PolicySeen>> {
  const { connection, clock, within, leaseOn } = session;
  const { place, discovery, objects, raw } = snapshot;
  const drafts = stepWrites(proof.steps, place, raw, bundle?.run).map(({ draft }) => draft);
  const saver = bundle === undefined ? undefined : await savedFirst(bundle, drafts);
  const abort = new AbortController();
  try {
    const live = await livePolicyWorld(connection, {
      policies: place,
      pods: objects.pods,
      leaseOn,
      now: clock.now,
      signal: abort.signal,
    });
    const goal = {
      ...task,
      agreed: agreementOf(proof),
      place,
      ...(bundle === undefined ? {} : { run: bundle.run }),
    };
    const procedure = policyProcedure(goal, proof);
    const own =
      leaseOn === undefined ? procedure : underRun(session, leaseOn, procedure, ({ daemonSet }) => daemonSet);
    return await run(own, live, {
      ...performing(session, discovery.version, saver),
      emit(event) {
        if ("step" in event && isLeaseStep(event.step)) return;
        const runEvent = event as RunEvent<PolicySeen, PolicyStep>;
        session.emit({ kind: "procedure", procedure: "policies", within, about, event: runEvent });
      },
    });
  } finally {
    saver?.forget();
    abort.abort();
  }
}

/** Deleted while their namespace was open, and closed since: what they would let in now is cut off. */
function warnClosed(
  session: Session,
  { snapshot: { result } }: PreparedPolicyMigration,
  done: readonly MigrationStep[],
  bundle: OpenBundle | undefined,
): void {
  const closed = new Set(
    result.plan.namespaces
      .filter(({ isolation }) => isolation === "isolated")
      .map(({ namespace }) => namespace),
  );
  const gone = done.filter((step) => step.kind === "delete" && closed.has(step.namespace)).map(nameOf);
  if (gone.length === 0) return;
  warn(
    session,
    `closed by somebody after these policies were deleted from it, and whatever they would let in is cut off now: ${[...new Set(gone)].join(", ")}; they are saved in ${bundle?.directory ?? "the bundle"}`,
  );
}

function nameOf(step: MigrationStep): string {
  return "name" in step && step.name !== undefined ? `${step.namespace}/${step.name}` : step.namespace;
}

function outcomeOf(
  session: Session,
  { snapshot }: PreparedPolicyMigration,
  now: PolicyFacts,
  changes: readonly MigrationChange[],
  saved: { readonly bundle?: string },
  stop: Stop | undefined,
): PolicyMigrationOutcome {
  const { dryRun } = session;
  const stopped =
    stop === undefined ? {} : { stopped: { message: stop.message, interrupted: stop.interrupted === true } };
  const result = migrationResult({ snapshot, now, dryRun, changes, ...saved, ...stopped });
  const interrupted = session.listen().first.aborted;
  const reason = stop ?? openReason(result, session);
  const memory: PartResult =
    reason === undefined
      ? { state: changes.length === 0 ? "unchanged" : "done", because: sentenceOf(dryRun !== "none") }
      : { state: "failed", because: reason.message };
  const ended: Ended<PartResult> =
    reason === undefined
      ? { kind: "done", memory, interrupted }
      : { kind: "stopped", reason, memory, interrupted };
  return { ended, result, changes, ...saved };
}

/** What was to be done and is not, although nothing stopped it. */
function openReason(
  { succeeded, left }: PolicyMigrationOutcome["result"],
  { commands }: Session,
): Stop | undefined {
  if (succeeded) return undefined;
  return {
    message: `deleted, but held by a finalizer and in force until it is gone: ${left.held.map(keyOf).join(", ")}`,
    hint: commands.again(),
  };
}

function sentenceOf(dry: boolean): string {
  return dry
    ? "every namespace would mean the same before and after the upgrade"
    : "every namespace means the same before and after the upgrade";
}

/** networkpolicy.networking.k8s.io */
function resourceOf({ snapshot: { place } }: Pick<PreparedPolicyMigration, "snapshot">): string {
  return `${place.kind.toLowerCase()}.${place.group}`;
}

async function openIts(
  session: Session,
  { snapshot: { raw, setting, discovery } }: PreparedPolicyMigration,
  partOf: PartOf | undefined,
): Promise<OpenBundle> {
  const { driver, target, side } = setting;
  const uid = raw.get(keyOf({ name: "kube-system" }))?.metadata.uid;
  return await openRunBundle(session, {
    command: "migrate-policy",
    kubernetes: discovery.version,
    data: { driver, target, side },
    ...(partOf === undefined ? {} : { partOf }),
    ...(uid === undefined ? {} : { clusterUid: uid }),
  });
}

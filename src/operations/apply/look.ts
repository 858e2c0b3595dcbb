import { firstFrom, readOnce } from "../../cluster/read-once.ts";
import { userError } from "../../errors.ts";
import { checkObjects } from "../../manifest/check-objects.ts";
import { findDaemonSet } from "../../manifest/find-daemonset.ts";
import { refuseOtherState } from "../../manifest/other-state.ts";
import { fingerprint } from "../../model/fingerprint.ts";
import type { Ref } from "../../model/kube.ts";
import { runAnnotation } from "../../model/names.ts";
import type { Agreeable } from "../../perform/agree.ts";
import { wholes } from "../../plan/apply/intended.ts";
import type { ApplySummary } from "../../plan/apply/summary.ts";
import type { ApplyTarget } from "../../plan/apply/target.ts";
import { stepsWriting, type DaemonSetOpen } from "../../plan/apply/would-write.ts";
import {
  isOpen,
  notesOn,
  nothingStale,
  staleBy,
  type ConfigNote,
  type Stale,
} from "../../plan/config/stale.ts";
import type { Stop } from "../../plan/decision.ts";
import { verdictOf } from "../../preflight/verdict.ts";
import type { FileSettings } from "../../preflight/settings.ts";
import { clusterRules } from "../../preflight/cluster-rules.ts";
import { known } from "../../model/reading.ts";
import { lookAtReaders, restartable } from "../config/readers.ts";
import { clusterSource, type FactsSource } from "../facts/source.ts";
import { lookAtNodes, nodesToDo, type MakeTemplate, type RemainingRequest } from "../node/remaining.ts";
import { openNodes, type OpenNodes } from "../node/open.ts";
import { templateGoal } from "../node/template.ts";
import { observeStart } from "../plan/observe.ts";
import { checkRelease } from "../preflight/check.ts";
import { heldByAnotherRun } from "../sequence.ts";
import { partOf, warn, type Session } from "../session.ts";
import { contentOf, isAsSeen } from "./as-seen.ts";
import { hopTo, migrationsOf, settledBy, typhaBindsNodes } from "./decide.ts";
import { prepareMigrations, type Migration } from "./migrations.ts";
import { answeredByForce } from "./forced.ts";
import { notInFile } from "./not-in-file.ts";
import { toRecreate } from "./recreate.ts";
import { refuseConflicts, refuseRefused } from "./refused.ts";
import type { TriedWrites } from "../try-writes.ts";
import { refuseOverlap } from "./overlap.ts";
import { refusePods } from "./refused-pods.ts";
import type { ApplyRequest } from "./request.ts";
import { readTargets, type UpgradeContext } from "./upgrade-context.ts";
import { notesToCome } from "./state.ts";
import { settingsSummary, summaryOf } from "./summary.ts";

/** What was seen of a cluster and a file before the question, and what follows from it. */
export type ApplyLook =
  | (Agreeable & { readonly kind: "refused"; readonly refusals: readonly Stop[] })
  /** The user was asked about the nodes, and said no. */
  | (Agreeable & { readonly kind: "declined" })
  /** Rules stand in the way. */
  | (Agreeable & { readonly kind: "not ready" })
  /** Everything is as in the file. */
  | (Agreeable & {
      readonly kind: "nothing";
      readonly notInFile: readonly string[];
      /** Where a run that was killed after its last write has left its lease. */
      readonly daemonSet: Ref | undefined;
    })
  | (Agreeable & ApplyPlanned);

/** A run that rights, rules and guards let pass. */
export interface ApplyPlanned {
  readonly kind: "plan";
  readonly upgrade: UpgradeContext;
  readonly recreated: readonly ApplyTarget[];
  readonly migrations: readonly Migration[];
  /** What was read of the cluster for it. */
  readonly source: FactsSource;
  /** Rules and guards that hold only until the run itself has migrated. */
  readonly settled: readonly string[];
  /** What is asked of the nodes in this run. */
  readonly nodes: RemainingRequest;
  readonly make: MakeTemplate;
  /** What the server has said to that template as a dry run: the same change of the same object is not tried twice. */
  readonly tried: Map<string, ReadonlyMap<string, boolean>>;
  /** The same of all other writes. */
  readonly triedWrites: TriedWrites;
  /** The nodes, followed since the first look. */
  readonly open: OpenNodes;
  readonly daemonSet: Ref | undefined;
  readonly summary: ApplySummary;
  readonly notInFile: readonly string[];
}

/**
 * The cluster against the file, looked at once: whoever needs the same object gets the same answer. Again, after the
 * question: only what has changed since is read, and everything is judged again where something has.
 */
export function lookFor(
  session: Session,
  request: ApplyRequest,
  /** Nodes are followed until it aborts. */
  signal: AbortSignal,
): () => Promise<ApplyLook> {
  let last: ApplyLook | undefined;
  return async () => {
    if (last?.kind === "plan" && (await isAsSeen(session, last))) return last;
    last = await lookAgain(session, request, signal);
    return last;
  };
}

async function lookAgain(session: Session, request: ApplyRequest, signal: AbortSignal): Promise<ApplyLook> {
  const look = await lookAtStart(session, request, signal);
  if (look.kind !== "plan") return look;
  const { ready, settings } = await passes(session, look, request);
  if (!ready) return { ...noQuestion, kind: "not ready" };
  return settings === undefined
    ? look
    : { ...look, summary: { ...look.summary, settings: settingsSummary(settings, request.file.objects) } };
}

/**
 * Everything that a run asks before it begins, but for the rules of preflight: what the file needs is there, rights and
 * guards let it pass, the server takes it. Nothing is written. Throws UserError for what forbids the first write.
 */
export async function lookAtStart(
  session: Session,
  request: ApplyRequest,
  /** Nodes are followed until it aborts. */
  signal: AbortSignal,
): Promise<ApplyLook> {
  const { connection, clock, commands, dryRun } = session;
  const { file, to, choices } = request;
  const objects = file.objects;
  const looking = readOnce(connection);
  const once: Session = { ...session, connection: looking };
  const reading = readTargets(looking, objects);
  reading.catch(() => undefined);
  const source = clusterSource(looking, clock.now);
  const start = await observeStart(
    { to: request.stated, from: undefined, datastore: undefined, kubernetes: undefined },
    file,
    {
      source,
      daemonSet: request.nodes.daemonSet,
      warn: (text) => warn(session, text),
      unread: (text) => session.emit({ kind: "note", text }),
    },
  );
  if (to === undefined) throw userError(`no calico-node DaemonSet in ${file.path}`);
  const asked = { request, dryRun, commands };
  const hop = hopTo(start, to, asked);
  const upgrade = await reading;
  const { targets } = upgrade;
  checkObjects(
    objects,
    start.namespace,
    connection.namespace,
    (object) =>
      targets.find(
        ({ object: { kind, metadata } }) => kind === object.kind && metadata.name === object.metadata.name,
      )?.ref.namespace !== undefined,
  );
  const gone = notInFile(upgrade);
  gone.catch(() => undefined);
  const applied = wholes(upgrade.install, choices);
  refuseOtherState(targets);
  refuseConflicts(targets, choices, applied);
  const recreated = toRecreate(targets, request.recreate, applied, choices);
  const chosen = { namespace: start.namespace, name: start.daemonSet };
  const desired = findDaemonSet(objects, chosen, connection.namespace);
  const added = targets.filter(({ part, before }) => part === "node" && before === undefined);
  const tried: ApplyPlanned["tried"] = new Map();
  const make: MakeTemplate = (nodes) =>
    templateGoal(nodes, session, desired, tried, nodes.chosen.template.fingerprint);
  const own = { ...request.nodes, oldUnready: hop !== undefined && typhaBindsNodes(hop) };
  // What an earlier run has changed and not come to restart.
  const noted = notesOn(targets.map(({ ref, before }) => ({ ref, live: before })));
  const stale = await staleOf(once, chosen, noted);
  const toMigrate = migrationsOf(hop, asked);
  const settled = settledBy(toMigrate);
  // As it will be when the migrations are done; a dry run does none.
  const migrated = { ...own, ignored: new Set([...own.ignored, ...settled]) };
  const notes = [...noted, ...notesToCome(targets)];
  const opening = firstFrom(looking, connection);
  const open = await openNodes({ ...session, connection: opening.connection }, migrated, signal);
  opening.opened();
  refuseOverlap(desired, added, [...open.live.snapshot().nodes.values()]);
  const remaining = { request: migrated, make, notes, open };
  const held = heldByAnotherRun(session, open.chosen, own.takeOver);
  const nodes =
    held === undefined
      ? await lookAtNodes(partOf(once, "nodes", true), remaining)
      : { ...(await nodesToDo(once, remaining)), refusals: [held], declined: false };
  const daemonSet = (): DaemonSetOpen => ({ template: nodes.template, rest: false });
  const judged = { install: upgrade.install, choices, applied, daemonSet };
  const changed = targets.filter((target) => stepsWriting(target, judged).length > 0);
  const behind = nodes.nodes.length > 0 || nodes.stale.length > 0 || nodes.template || isOpen(stale);
  const set = targets.find(({ part, ref }) => part === "node" && isChosen(ref, chosen));
  if (changed.length === 0 && !behind) {
    // Whoever works may still change what is up to date now.
    if (held !== undefined) return { ...noQuestion, kind: "refused", refusals: [held] };
    const leased = set?.before?.metadata.annotations?.[runAnnotation] !== undefined;
    const carrier = leased ? set.ref : undefined;
    return { ...noQuestion, kind: "nothing", notInFile: await gone, daemonSet: carrier };
  }
  if (nodes.refusals.length > 0) return { ...noQuestion, kind: "refused", refusals: nodes.refusals };
  if (nodes.declined) return { ...noQuestion, kind: "declined" };
  const triedWrites: TriedWrites = new Map();
  await refuseRefused(session, upgrade, changed, recreated, choices, applied, triedWrites);
  const [first] = [...nodes.nodes, ...nodes.stale];
  if (dryRun !== "client") await refusePods(upgrade, changed, { daemonSet: set, node: first });
  const migrations = await prepareMigrations(session, toMigrate, to.text);
  const summary = summaryOf({ hop, migrations, changed, recreated, nodes, stale, targets, request });
  const basis = fingerprint([
    summary,
    start,
    migrations.map((each) => each.basis),
    nodes.daemonSet?.["spec"],
    targets.map(({ before }) => contentOf(before)),
  ]);
  return {
    kind: "plan",
    basis,
    question: dryRun === "none" ? `Upgrade Calico to ${to.text} with ${file.path}?` : undefined,
    upgrade,
    recreated,
    migrations,
    source,
    settled,
    nodes: dryRun === "none" ? own : migrated,
    make,
    tried,
    triedWrites,
    open,
    daemonSet: set?.ref,
    summary,
    notInFile: await gone,
  };
}

const noQuestion: Agreeable = { basis: "", question: undefined };

function isChosen(ref: Ref, { namespace, name }: { readonly namespace: string; readonly name: string }) {
  return ref.namespace === namespace && ref.name === name;
}

async function staleOf(
  session: Session,
  daemonSet: { readonly namespace: string; readonly name: string },
  noted: readonly ConfigNote[],
): Promise<Stale> {
  const readers = noted.length === 0 ? undefined : await lookAtReaders(session, daemonSet);
  return readers === undefined ? nothingStale : restartable(staleBy(readers, noted));
}

/** Every rule between what runs and the file, told; whether nothing stands in the way, and what becomes of settings. */
async function passes(
  session: Session,
  { source, upgrade, settled }: Pick<ApplyPlanned, "source" | "upgrade" | "settled">,
  { file, to, stated, nodes, recreate, choices }: ApplyRequest,
): Promise<{ readonly ready: boolean; readonly settings?: FileSettings }> {
  const release = stated ?? to;
  const checked = await checkRelease(source, {
    target: { to: release === undefined ? undefined : known(release), file },
    rules: clusterRules,
    daemonSet: nodes.daemonSet,
  });
  // That something has to be deleted and created again was said, and asked for.
  const forced = choices.forceConflicts
    ? answeredByForce(checked.findings, upgrade.targets, wholes(upgrade.install, choices))
    : [];
  const ignored = new Set([...nodes.ignored, ...(recreate ? ["M14", "M15"] : []), ...forced]);
  const verdict = verdictOf(checked.findings, { ignored, settled: new Set(settled), failOn: "error" });
  session.emit({ kind: "findings", checked, verdict });
  const { settings } = checked;
  return { ready: verdict.ready, ...(settings === undefined ? {} : { settings }) };
}

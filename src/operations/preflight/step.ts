import { factsReader } from "../../cluster/facts-reader.ts";
import { wasAskedAbout } from "../../cluster/discovery-groups.ts";
import { discover } from "../../cluster/discovery.ts";
import { groupsFor, isNeed, type Need } from "../../cluster/observe.ts";
import type { Connection, Discovery } from "../../cluster/port.ts";
import { notAsked } from "../../cluster/reading.ts";
import { userError } from "../../errors.ts";
import { readingNames, type ClusterFacts, type ReadingName } from "../../model/cluster-facts.ts";
import { deniedRights } from "../../model/denied.ts";
import type { NamespacedName } from "../../model/kube.ts";
import { program } from "../../model/program.ts";
import { rightText } from "../../model/right.ts";
import type { Millis } from "../../model/time.ts";
import type { GuardedStep } from "../../model/guarded-step.ts";
import type { ClusterRule } from "../../preflight/cluster-rule.ts";
import { findingsOf, rulesOfStep } from "../../preflight/cluster-rules.ts";
import { preflightFacts, type PreflightFacts } from "../../preflight/facts.ts";
import { fixLine, type Finding } from "../../preflight/finding.ts";
import { conditionsOf, needsOf } from "../../preflight/needs.ts";
import { blocks } from "../../preflight/rule.ts";
import { sameInstall } from "../../preflight/rules/manifest/m02-same-install.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue } from "../../releases/catalogue.ts";
import type { Session } from "../session.ts";
import { sh } from "../../model/shell.ts";

/** The install that a step is about to change, and what of it was read already. */
export interface StepPlace {
  readonly connection: Connection;
  /** As it was asked already; it is asked again where it was not asked about all groups that rules look at. */
  readonly discovery: Discovery;
  /** This machine's clock, for a server that does not send its own. */
  readonly now: Millis;
  /** Of the install. */
  readonly namespace: string;
  /** The one that is changed, where there may be several. */
  readonly daemonSet?: NamespacedName;
  /** Readings that need not be made again. */
  readonly known: Partial<ClusterFacts>;
}

/**
 * Asks the rules of a step before its first write. Throws UserError with all that stands in the way and
 * is not ignored; what only is to be known is reported as a warning.
 */
export async function checkStep(
  step: GuardedStep,
  place: StepPlace,
  subject: Subject,
  ignored: ReadonlySet<string>,
  emit: Session["emit"],
  /** What the command has judged by itself. */
  settled: ReadonlySet<string> = new Set(),
): Promise<void> {
  const findings = await findingsForStep(step, place, subject, settled);
  emit({ kind: "step findings", findings });
  const open = findings.filter(({ outcome }) => outcome === "fail" || outcome === "unknown");
  const refusals = open.filter((finding) => blocks(finding, ignored));
  for (const finding of open) {
    if (refusals.includes(finding) || finding.severity === "info" || finding.outcome === "unknown") continue;
    emit({ kind: "warning", text: `${finding.id}: ${finding.because}` });
  }
  refuse(refusals);
}

function refuse(refusals: readonly Finding[]): void {
  if (refusals.length === 0) return;
  // What is not known for one reason is reported once.
  const lines = [...Map.groupBy(refusals, textOf)].map(
    ([text, own]) => `${own.map(({ id }) => id).join(", ")}: ${text}`,
  );
  const ids = refusals.map(({ id }) => id).join(",");
  throw userError([
    ...lines,
    `nothing was changed; see '${program} ${sh`explain ${refusals[0]?.id ?? ""}`}', or go on in spite of it with --ignore-preflight-errors=${ids}`,
  ]);
}

/**
 * What makes a file wrong as a whole, asked before anything of it is judged piece by piece: an advice about a wrong
 * file leads to a wrong cluster. Throws UserError; what is not known is left to `checkStep`.
 */
export async function checkFile(
  place: StepPlace,
  subject: Subject,
  ignored: ReadonlySet<string>,
  emit: Session["emit"],
): Promise<void> {
  const findings = await findingsFrom([sameInstall], place, subject);
  emit({ kind: "step findings", findings });
  refuse(findings.filter((finding) => finding.outcome === "fail" && blocks(finding, ignored)));
}

/** What the rules of a step say; only what they look at is read, and what they apply by is read first. */
export async function findingsForStep(
  step: GuardedStep,
  place: StepPlace,
  subject: Subject,
  settled: ReadonlySet<string> = new Set(),
): Promise<readonly Finding[]> {
  const rules = rulesOfStep(step, subject).filter(({ id }) => !settled.has(id));
  return await findingsFrom(rules, place, subject);
}

async function findingsFrom(
  rules: readonly ClusterRule[],
  place: StepPlace,
  subject: Subject,
): Promise<readonly Finding[]> {
  const { daemonSet } = place;
  const factsFrom = (cluster: ClusterFacts): PreflightFacts => preflightFacts(cluster, catalogue, daemonSet);
  let cluster: ClusterFacts = {
    ...nothingAsked,
    serverVersion: place.discovery.version,
    now: place.now,
    ...place.known,
  };
  for (const needsOfRound of [conditionsOf, needsOf]) {
    const facts = factsFrom(cluster);
    // Without a target most do not apply, whatever runs.
    const applying = rules.filter((rule) => rule.applies(facts, subject).applies !== false);
    cluster = await readMore(place, cluster, needsOfRound(applying));
  }
  return findingsOf(rules, factsFrom(cluster), subject, cluster.now);
}

async function readMore(
  { connection, discovery, namespace, now }: StepPlace,
  before: ClusterFacts,
  names: readonly ReadingName[],
): Promise<ClusterFacts> {
  const needs = names.filter(isNeed).filter((name) => isUnasked(before[name]));
  if (needs.length === 0) return before;
  const groups = groupsFor(needs);
  const discovered = wasAskedAbout(discovery, groups)
    ? Promise.resolve(discovery)
    : discover(connection, groups);
  const known = isUnasked(before.daemonSets) ? {} : { daemonSets: before.daemonSets };
  const found = await factsReader(connection, () => now, { discovered, namespace })(needs, known);
  return { ...before, ...Object.fromEntries(needs.map((name) => [name, found[name]])), now: found.now };
}

const nothingAsked = Object.fromEntries(readingNames.map((name) => [name, notAsked])) as unknown as Omit<
  ClusterFacts,
  "serverVersion" | "now"
>;

function isUnasked(reading: ClusterFacts[Need]): boolean {
  return !reading.known && reading.why === "not asked";
}

function textOf(finding: Finding): string {
  const { outcome, because } = finding;
  const fix = fixLine(finding);
  const denied = outcome === "unknown" ? deniedRights(because) : [];
  const reason = denied.length === 0 ? because : `cannot ${denied.map(rightText).join(", ")} (forbidden)`;
  const seen = outcome === "unknown" ? `not known: ${reason}` : because;
  return fix === undefined ? seen : `${seen}; ${fix}`;
}

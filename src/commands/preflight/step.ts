import { discover } from "../../cluster/discovery.ts";
import { groupsFor, observe, type Need } from "../../cluster/observe.ts";
import type { Connection } from "../../cluster/port.ts";
import { userError } from "../../errors.ts";
import { readingNames, type ClusterFacts } from "../../model/cluster-facts.ts";
import { program } from "../../model/program.ts";
import type { Millis } from "../../model/time.ts";
import type { GuardedStep } from "../../preflight/cluster-rule.ts";
import { findingsOf, rulesOfStep } from "../../preflight/cluster-rules.ts";
import { preflightFacts } from "../../preflight/facts.ts";
import type { Finding } from "../../preflight/finding.ts";
import { basicNeeds, needsOf } from "../../preflight/needs.ts";
import { blocks } from "../../preflight/rule.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue } from "../../releases/catalogue.ts";

/** The install that a step is about to change, and what of it was read already. */
export interface StepPlace {
  readonly connection: Connection;
  /** This machine's clock, for a server that does not tell its own. */
  readonly now: Millis;
  /** Of the install. */
  readonly namespace: string;
  /** namespace/name, where there may be several. */
  readonly daemonSet?: string;
  /** Rules that the command asks in a way of its own. */
  readonly except?: ReadonlySet<string>;
  /** Readings that need not be made again. */
  readonly known?: Partial<ClusterFacts>;
}

/**
 * Asks the rules of a step before its first write. Throws UserError with all that stands in the way and
 * is not ignored; what only is to be known is told as a warning.
 */
export async function checkStep(
  step: GuardedStep,
  place: StepPlace,
  subject: Subject,
  ignored: ReadonlySet<string>,
  warn: (text: string) => void,
): Promise<void> {
  const open = (await findingsForStep(step, place, subject)).filter(
    ({ outcome }) => outcome === "fail" || outcome === "unknown",
  );
  const refusals = open.filter((finding) => blocks(finding, ignored));
  for (const finding of open) {
    if (refusals.includes(finding) || finding.severity === "info" || finding.outcome === "unknown") continue;
    warn(`${finding.id}: ${finding.because}`);
  }
  if (refusals.length === 0) return;
  // What is not known for one reason is told once.
  const lines = [...Map.groupBy(refusals, textOf)].map(
    ([text, own]) => `${own.map(({ id }) => id).join(", ")}: ${text}`,
  );
  const ids = refusals.map(({ id }) => id).join(",");
  throw userError(
    `${lines.join("\n")}\nnothing was changed; see '${program} explain ${refusals[0]?.id ?? ""}', or go on in spite of it with --ignore-preflight-errors=${ids}`,
  );
}

/** What the rules of a step say; only what they look at is read. */
export async function findingsForStep(
  step: GuardedStep,
  place: StepPlace,
  subject: Subject,
): Promise<readonly Finding[]> {
  const { connection, daemonSet, namespace, now, known = {} } = place;
  const discovered = discover(connection, groupsFor(readingNames.filter((name) => name !== "rights")));
  const read = async (needs: readonly Need[], before: Partial<ClusterFacts>): Promise<ClusterFacts> => {
    const missing = needs.filter((name) => before[name] === undefined || isUnasked(before[name]));
    const found = await observe(connection, discovered, { needs: missing, namespace, now });
    return { ...found, ...before, ...Object.fromEntries(missing.map((name) => [name, found[name]])) };
  };
  const isRestart = subject.to === undefined && subject.manifest === undefined;
  const rules = rulesOfStep(step).filter(
    ({ id }) => place.except?.has(id) !== true && !(isRestart && onlyTells(id)),
  );
  // The other components tell what a way to a release has to take along.
  const wanted = isRestart ? basicNeeds.filter((name) => name !== "workloads") : basicNeeds;
  const basic = await read([...wanted, "served"], known);
  const first = preflightFacts(basic, catalogue, daemonSet);
  const applying = rules.filter((rule) => rule.applies(first, subject).applies !== false);
  const needs = needsOf(applying).filter((name): name is Need => name !== "rights");
  const cluster = await read(needs, basic);
  return findingsOf(rules, preflightFacts(cluster, catalogue, daemonSet), subject, cluster.now);
}

/** Without a target the rows of bad releases only tell what runs. */
function onlyTells(id: Finding["id"]): boolean {
  return id.startsWith("R");
}

function isUnasked(reading: ClusterFacts[Need]): boolean {
  return !reading.known && reading.why === "not asked";
}

function textOf({ outcome, because, fix }: Finding): string {
  const seen = outcome === "unknown" ? `not known: ${because}` : because;
  return fix === undefined ? seen : `${seen}; ${fix}`;
}

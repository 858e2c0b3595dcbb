import type { Connection } from "../../cluster/port.ts";
import type { Need } from "../../cluster/observe.ts";
import type { AppContext } from "../../context.ts";
import { userError } from "../../errors.ts";
import { plainOutput } from "../../flags/common.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { known } from "../../model/reading.ts";
import { formatTime } from "../../model/time.ts";
import { findingsOf } from "../../preflight/cluster-rules.ts";
import { preflightFacts, type PreflightFacts } from "../../preflight/facts.ts";
import { basicNeeds, needsOf } from "../../preflight/needs.ts";
import type { Subject } from "../../preflight/subject.ts";
import { verdictOf } from "../../preflight/verdict.ts";
import { catalogue, withTold } from "../../releases/catalogue.ts";
import { preflightReport, type Heading } from "../../render/preflight/build.ts";
import { printablePreflight, shortText } from "../../render/preflight/print.ts";
import { daemonSetArgument } from "../arguments.ts";
import { factsSource, type FactsFlags, type FactsSource } from "../../operations/facts/source.ts";
import { askRights } from "../../operations/node/rights.ts";
import { outputOf, resultText } from "../print-result.ts";
import { reachableFrom, rightsTo } from "../../operations/preflight/coming.ts";
import { chosenRules, failOnOf, ignoredIds } from "./options.ts";
import { manifestOf, readTarget, refuseOther, type Target } from "../../operations/preflight/target.ts";

export interface PreflightOptions extends FactsFlags {
  readonly to: string | undefined;
  readonly filename: readonly string[];
  readonly checks: readonly string[];
  readonly skipChecks: readonly string[];
  readonly ignored: readonly string[];
  readonly failOn: string;
  /** namespace/name */
  readonly daemonSet: string | undefined;
  readonly output: string;
  readonly extra: readonly string[];
  readonly context: AppContext;
  readonly connect: () => Promise<Connection>;
}

/** Exit code 0 when nothing stands in the way, 1 otherwise. */
export async function runPreflight(options: PreflightOptions): Promise<number> {
  const { context } = options;
  if (options.extra.length > 0) throw userError(`extra arguments: [${options.extra.join(" ")}]`);
  const output =
    options.output === "short" ? undefined : await outputOf(plainOutput(options.output), context);
  const strictness = { ignored: ignoredIds(options.ignored), failOn: failOnOf(options.failOn) };
  const rules = chosenRules(options.checks, options.skipChecks);
  const daemonSet = daemonSetArgument(options.daemonSet, "preflight");
  const target = await readTarget(options.to, options.filename, context.readFile);
  const source = await factsSource(options, context, options.connect);
  const all = withTold(
    catalogue,
    target.file?.set?.image,
    target.to?.known === true ? target.to.value : undefined,
  );
  const factsFrom = (cluster: ClusterFacts): PreflightFacts => preflightFacts(cluster, all, daemonSet);

  // What runs tells which rules apply; only what those look at is read.
  const basic = await source.read([...basicNeeds, "served"]);
  const first = factsFrom(basic);
  refuseNone(first, basic);
  if (target.file !== undefined) refuseOther(target.file, first);
  const subject = subjectOf(target, first);
  const applying = rules.filter((rule) => rule.applies(first, subject).applies !== false);
  const more = needsOf(applying).filter(
    (name): name is Need => name !== "rights" && !basic[name].known && basic[name].why === "not asked",
  );
  const [rest, rights] = await Promise.all([
    more.length === 0 || source.connection === undefined ? basic : source.read(more),
    readRights(source, subject, basic),
  ]);
  const read = Object.fromEntries(more.map((name) => [name, rest[name]]));
  const cluster: ClusterFacts = { ...basic, ...read, rights };
  const facts = factsFrom(cluster);
  const findings = findingsOf(rules, facts, subject, cluster.now);
  const report = preflightReport(verdictOf(findings, strictness), headingOf(facts, cluster, target));
  context.stdout.write(
    output === undefined ? shortText(report) : await resultText(output, printablePreflight(report)),
  );
  return report.ready ? 0 : 1;
}

/** Nothing to judge, or nobody said which of several (hazard H20): better said once than in every finding. */
function refuseNone({ daemonSet, install }: PreflightFacts, { daemonSets }: ClusterFacts): void {
  if (daemonSet.known || !daemonSets.known) return;
  const byOperator =
    install.known && (install.value.kind === "operator" || install.value.kind === "migrating");
  if (!byOperator) throw userError(daemonSet.message);
}

function subjectOf({ to, file }: Target, facts: PreflightFacts): Subject {
  const manifest = manifestOf(file);
  return {
    ...(to === undefined ? {} : { to, rights: rightsTo(to.known ? to.value : undefined, facts) }),
    ...(manifest === undefined ? {} : { manifest }),
  };
}

/** A file holds the rights of every step there is, and so does what is being saved. */
async function readRights(
  { connection, saving }: FactsSource,
  subject: Subject,
  basic: ClusterFacts,
): Promise<ClusterFacts["rights"]> {
  if (connection === undefined || saving) return basic.rights;
  return known(await askRights(connection, subject.rights ?? []));
}

function headingOf(facts: PreflightFacts, cluster: ClusterFacts, { to, file }: Target): Heading {
  const { running, datastore } = facts;
  const reachable = to === undefined ? reachableFrom(facts) : undefined;
  return {
    cluster: { kubernetes: cluster.serverVersion, observed: formatTime(cluster.now) },
    ...(running.known ? { from: running.value.oldest.text } : {}),
    ...(datastore.known ? { datastore: datastore.value } : {}),
    ...(to?.known === true ? { to: to.value.text } : {}),
    ...(file === undefined ? {} : { manifest: file.path }),
    ...(reachable === undefined ? {} : { reachable }),
  };
}

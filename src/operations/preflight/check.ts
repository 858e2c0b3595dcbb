import { isNeed } from "../../cluster/observe.ts";
import { userError } from "../../errors.ts";
import type { ClusterFacts } from "../../model/cluster-facts.ts";
import { known } from "../../model/reading.ts";
import type { ClusterRule } from "../../preflight/cluster-rule.ts";
import { findingsOf } from "../../preflight/cluster-rules.ts";
import { preflightFacts, type PreflightFacts } from "../../preflight/facts.ts";
import type { Finding } from "../../preflight/finding.ts";
import { basicNeeds, needsOf } from "../../preflight/needs.ts";
import { fileSettings, type FileSettings } from "../../preflight/settings.ts";
import type { Subject } from "../../preflight/subject.ts";
import { catalogue, withStatedRelease } from "../../releases/catalogue.ts";
import type { FactsSource } from "../facts/source.ts";
import { readInstalled } from "../installed.ts";
import { askRights } from "../node/rights.ts";
import { rightsTo } from "./coming.ts";
import { upstream } from "../upstream.ts";
import { manifestOf, refuseOther, type UpgradeTarget } from "./target.ts";

/** What the rules say of a cluster and a target. */
export interface PreflightCheck {
  readonly findings: readonly Finding[];
  readonly facts: PreflightFacts;
  /** All that was read. */
  readonly cluster: ClusterFacts;
  readonly target: UpgradeTarget;
  /** What the file makes of the settings of the install; undefined: there is none, or it could not be read. */
  readonly settings?: FileSettings;
}

/**
 * Asks every rule that is given; only what those that apply look at is read. Throws UserError where there is nothing
 * to judge.
 */
export async function checkRelease(
  source: FactsSource,
  {
    target,
    rules,
    daemonSet,
  }: {
    readonly target: UpgradeTarget;
    readonly rules: readonly ClusterRule[];
    readonly daemonSet: { readonly namespace: string; readonly name: string } | undefined;
  },
): Promise<PreflightCheck> {
  const { to, file } = target;
  const all = withStatedRelease(catalogue, file?.set?.image, to?.known === true ? to.value : undefined);
  const factsFrom = (cluster: ClusterFacts): PreflightFacts => preflightFacts(cluster, all, daemonSet);

  // What runs tells which rules apply; only what those look at is read.
  const basic = await source.read([...basicNeeds, "served"]);
  const first = factsFrom(basic);
  refuseNone(first, basic);
  if (file !== undefined) refuseOther(file, first);
  const subject = await subjectOf(target, first);
  const applying = rules.filter((rule) => rule.applies(first, subject).applies !== false);
  const more = needsOf(applying)
    .filter(isNeed)
    .filter((name) => !basic[name].known && basic[name].why === "not asked");
  const [rest, rights, installed] = await Promise.all([
    more.length === 0 || source.connection === undefined ? basic : source.read(more),
    readRights(source, subject, basic),
    source.connection === undefined || file === undefined
      ? basic.installed
      : readInstalled(
          source.connection,
          file.objects.map(({ object }) => object),
        ),
  ]);
  const read = Object.fromEntries(more.map((name) => [name, rest[name]]));
  const cluster: ClusterFacts = { ...basic, ...read, rights, installed };
  const facts = factsFrom(cluster);
  const settings = settingsFor(subject, facts);
  return {
    findings: findingsOf(rules, facts, subject, cluster.now),
    facts,
    cluster,
    target,
    ...(settings === undefined ? {} : { settings }),
  };
}

/** Nothing to judge, or nobody said which of several (hazard H20): better said once than in every finding. */
function refuseNone({ daemonSet, install }: PreflightFacts, { daemonSets }: ClusterFacts): void {
  if (daemonSet.known || !daemonSets.known) return;
  const byOperator =
    install.known && (install.value.kind === "operator" || install.value.kind === "migrating");
  if (!byOperator) throw userError(daemonSet.message);
}

async function subjectOf({ to, file }: UpgradeTarget, facts: PreflightFacts): Promise<Subject> {
  const manifest = manifestOf(file);
  return {
    ...(to === undefined ? {} : { to, rights: rightsTo(to.known ? to.value : undefined, facts) }),
    ...(manifest === undefined ? {} : { manifest, upstream: await upstream() }),
  };
}

function settingsFor(
  { manifest, upstream: record }: Subject,
  { installed, configMaps, asked }: PreflightFacts,
): FileSettings | undefined {
  if (manifest === undefined || !installed.known || !configMaps.known) return undefined;
  return fileSettings(manifest, { installed: installed.value, configMaps: configMaps.value, asked }, record);
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

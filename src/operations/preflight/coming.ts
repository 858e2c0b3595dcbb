import type { NeededRight } from "../../model/right.ts";
import { routesFrom } from "../../plan/hops.ts";
import { upgradePlan } from "../../plan/upgrade/make.ts";
import type { StepId } from "../../plan/upgrade/plan.ts";
import { upgradeStart } from "../../plan/upgrade/upgrade-start-of.ts";
import type { PreflightFacts } from "../../preflight/facts.ts";
import { isListed } from "../../releases/bad-releases.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { compareVersions, versionOf, type Version } from "../../releases/version.ts";
import type { Reachable } from "../../render/preflight/kind.ts";
import { rightsFor, usualSteps } from "../facts/rights.ts";

/** The rights that the steps to a release need. */
export function rightsTo(to: Version | undefined, facts: PreflightFacts): readonly NeededRight[] {
  return rightsFor(
    facts.daemonSet.known ? [facts.daemonSet.value] : [],
    facts,
    to === undefined ? usualSteps : stepsTo(to, facts),
  );
}

function stepsTo(to: Version, facts: PreflightFacts): readonly StepId[] {
  const start = upgradeStart(facts, facts);
  if (!start.known || !catalogue.releases.has(to.text)) return usualSteps;
  const plan = upgradePlan(start.value, to, catalogue);
  if (plan.kind === "refusal") return usualSteps;
  return plan.hops.flatMap(({ steps }) => steps.filter(({ state }) => state !== "done").map(({ id }) => id));
}

/** The newest release of one hop, and the newest of all; undefined: where the way begins is not known. */
export function reachableFrom(facts: PreflightFacts): readonly Reachable[] | undefined {
  const begin = upgradeStart(facts, facts);
  if (!begin.known) return undefined;
  const start = begin.value;
  const route = routesFrom(start, catalogue);
  const newer = [...catalogue.releases.keys()]
    .map(versionOf)
    .filter(
      (each) => each.prerelease === undefined && !isListed(each) && compareVersions(each, start.from) > 0,
    )
    .toSorted((a, b) => compareVersions(b, a));
  const found: Reachable[] = [];
  for (const to of newer) {
    const way = route(to);
    if (way.kind === "refusal") continue;
    const hops = way.hops.map((hop) => hop.to.text);
    if (found.length === 0 || hops.length === 1) found.unshift({ release: to.text, hops });
    if (hops.length === 1) break;
  }
  return found;
}

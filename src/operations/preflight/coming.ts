import { truthOf } from "../../model/reading.ts";
import type { NeededRight } from "../../model/right.ts";
import { routesFrom } from "../../plan/hops.ts";
import { upgradePlan } from "../../plan/upgrade/make.ts";
import type { StepId } from "../../plan/upgrade/plan.ts";
import type { Standing } from "../../plan/upgrade/standing.ts";
import type { PreflightFacts } from "../../preflight/facts.ts";
import { isListed } from "../../releases/bad-releases.ts";
import { catalogue } from "../../releases/catalogue.ts";
import { compareVersions, versionOf, type Version } from "../../releases/version.ts";
import type { Reachable } from "../../render/preflight/kind.ts";
import { rightsFor, usualSteps } from "../facts/rights.ts";

/** The rights that the steps to a release need. */
export function rightsTo(to: Version | undefined, facts: PreflightFacts): readonly NeededRight[] {
  return rightsFor(facts, to === undefined ? usualSteps : stepsTo(to, facts));
}

function stepsTo(to: Version, facts: PreflightFacts): readonly StepId[] {
  const standing = standingOf(facts);
  if (standing === undefined || !catalogue.releases.has(to.text)) return usualSteps;
  const plan = upgradePlan(standing, to, catalogue);
  if (plan.kind === "refusal") return usualSteps;
  return plan.hops.flatMap(({ steps }) => steps.filter(({ state }) => state !== "done").map(({ id }) => id));
}

/** The newest release of one hop, and the newest of all; undefined: where the way begins is not known. */
export function reachableFrom(facts: PreflightFacts): readonly Reachable[] | undefined {
  const standing = standingOf(facts);
  if (standing === undefined) return undefined;
  const route = routesFrom(standing, catalogue);
  const newer = [...catalogue.releases.keys()]
    .map(versionOf)
    .filter(
      (each) => each.prerelease === undefined && !isListed(each) && compareVersions(each, standing.from) > 0,
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

function standingOf(facts: PreflightFacts): Standing | undefined {
  const { running, datastore, kubernetes, daemonSet, served } = facts;
  if (!running.known || !datastore.known) return undefined;
  const minor = kubernetes.known && kubernetes.value.major === 1 ? kubernetes.value.minor : "unknown";
  return {
    from: running.value.oldest,
    datastore: datastore.value,
    kubernetes: minor,
    canal: truthOf(facts.canal),
    typha: truthOf(facts.typha),
    ebpf: truthOf(facts.ebpf),
    vxlan: truthOf(facts.vxlan),
    namespace: daemonSet.known ? daemonSet.value.namespace : "kube-system",
    daemonSet: daemonSet.known ? daemonSet.value.name : "calico-node",
    ...(served.known ? { oldGroupServed: served.value.groupVersions.includes("projectcalico.org/v1") } : {}),
  };
}

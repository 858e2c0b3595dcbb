import type { Catalogue } from "../../releases/catalogue.ts";
import { rangeText, type KubernetesRange } from "../../releases/kubernetes.ts";
import type { Version } from "../../releases/version.ts";
import { routesFrom } from "../hops.ts";
import type { PlannedHop, Refusal } from "../route/route.ts";
import type { PlanNote, UpgradeHop, UpgradePlan } from "./plan.ts";
import { stepsOf } from "./steps.ts";
import type { Standing } from "./standing.ts";

/** The whole way from where a cluster stands to a release, or the rule that forbids it. */
export function upgradePlan(standing: Standing, to: Version, catalogue: Catalogue): UpgradePlan | Refusal {
  const route = routesFrom(standing, catalogue)(to);
  if (route.kind === "refusal") return route;
  const { from, datastore, kubernetes, seen } = standing;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "UpgradePlan",
    from: from.text,
    to: to.text,
    datastore,
    ...(kubernetes === "unknown" ? {} : { kubernetes: `1.${kubernetes}` }),
    basis: seen === undefined ? "flags" : "cluster",
    hops: route.hops.map((hop, index) =>
      hopOf(hop, index === route.hops.length - 1 ? standing : withoutFile(standing)),
    ),
    notes: route.notes,
  };
}

/** The manifest is the target's: it tells nothing about the releases on the way. */
function withoutFile({ file: _file, ...standing }: Standing): Standing {
  return standing;
}

function hopOf(hop: PlannedHop, standing: Standing): UpgradeHop {
  return {
    from: hop.from.text,
    to: hop.to.text,
    reasons: hop.reasons,
    kubernetes: versions(hop.kubernetes),
    tested: hop.tested,
    notes: notesOf(hop),
    steps: stepsOf(hop, standing),
  };
}

/** What to know about a hop that no step of it does away with. */
function notesOf({ answers, tested, to, kubernetes }: PlannedHop): readonly PlanNote[] {
  const known: PlanNote[] = answers.flatMap(({ id, severity, because }) =>
    severity === "error" ? [] : [{ id, severity, because, holds: true }],
  );
  if (tested === false) {
    const because = `the documentation of ${to.text} does not name Kubernetes ${rangeText(kubernetes)} as tested`;
    known.push({ id: "K01", severity: "warning", because, holds: true });
  }
  return known;
}

function versions({ min, max }: KubernetesRange): UpgradeHop["kubernetes"] {
  return {
    ...(min === undefined ? {} : { min: `1.${min}` }),
    ...(max === undefined ? {} : { max: `1.${max}` }),
  };
}

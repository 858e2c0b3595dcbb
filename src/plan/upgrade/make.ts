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
  const { from, datastore, kubernetes, seen, file } = standing;
  const last = route.hops.length - 1;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "UpgradePlan",
    from: from.text,
    to: to.text,
    datastore,
    ...(kubernetes === "unknown" ? {} : { kubernetes: `1.${kubernetes}` }),
    basis: seen === undefined ? "flags" : "cluster",
    ...(file?.told === undefined ? {} : { manifest: file.name }),
    hops:
      route.hops.length === 0
        ? whatIsLeft(standing, to)
        : route.hops.map((hop, index) =>
            hopOf(hop, index === last ? standing : withoutFile(standing), index === last),
          ),
    notes: route.notes,
  };
}

/** That a release runs already does not mean that all of it is there: somebody may have stopped half way. */
function whatIsLeft(standing: Standing, to: Version): readonly UpgradeHop[] {
  const hop: PlannedHop = { from: to, to, reasons: [], kubernetes: {}, tested: "unknown", answers: [] };
  const left = hopOf(hop, standing, true);
  const { steps } = left;
  const open = steps.filter(({ state }) => state === "todo");
  // Without its manifest nobody can tell more.
  const unknown = standing.file?.told === undefined ? [] : steps.filter(({ state }) => state === "unknown");
  return open.length + unknown.length === 0 ? [] : [left];
}

/** The manifest is the target's: it tells nothing about the releases on the way. */
function withoutFile({ file: _file, ...standing }: Standing): Standing {
  return standing;
}

function hopOf(hop: PlannedHop, standing: Standing, isLast: boolean): UpgradeHop {
  return {
    from: hop.from.text,
    to: hop.to.text,
    reasons: hop.reasons,
    kubernetes: versions(hop.kubernetes),
    tested: hop.tested,
    notes: notesOf(hop),
    steps: stepsOf(hop, standing, isLast),
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

import type { Catalogue } from "../../releases/catalogue.ts";
import { rangeText, type KubernetesRange } from "../../releases/kubernetes.ts";
import type { Version } from "../../releases/version.ts";
import { routesFrom } from "../hops.ts";
import type { PlannedHop, RouteRefusal } from "../route/route.ts";
import type { PlanNote, UpgradeHop, UpgradePlan } from "./plan.ts";
import { stepsOf } from "./steps.ts";
import type { UpgradeStart } from "./upgrade-start.ts";

/** The whole way from where a cluster stands to a release, or the rule that forbids it. */
export function upgradePlan(
  start: UpgradeStart,
  to: Version,
  catalogue: Catalogue,
): UpgradePlan | RouteRefusal {
  const route = routesFrom(start, catalogue)(to);
  if (route.kind === "refusal") return route;
  const { from, datastore, kubernetes, seen, file } = start;
  const last = route.hops.length - 1;
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "UpgradePlan",
    from: from.text,
    to: to.text,
    datastore,
    ...(kubernetes === "unknown" ? {} : { kubernetes: `1.${kubernetes}` }),
    basis: seen === undefined ? "flags" : "cluster",
    ...(file?.status === undefined ? {} : { manifest: file.name }),
    hops:
      route.hops.length === 0
        ? whatIsLeft(start, to)
        : route.hops.map((hop, index) =>
            hopOf(hop, index === last ? start : withoutFile(start), index === last),
          ),
    notes: route.notes,
  };
}

/** That a release runs already does not mean that all of it is there: somebody may have stopped half way. */
function whatIsLeft(start: UpgradeStart, to: Version): readonly UpgradeHop[] {
  const hop: PlannedHop = { from: to, to, reasons: [], kubernetes: {}, tested: "unknown", answers: [] };
  const left = hopOf(hop, start, true);
  const { steps } = left;
  const open = steps.filter(({ state }) => state === "todo");
  // Without its manifest nobody can say more.
  const unknown = start.file?.status === undefined ? [] : steps.filter(({ state }) => state === "unknown");
  return open.length + unknown.length === 0 ? [] : [left];
}

/** The manifest is the target's: it tells nothing about the releases on the way. */
function withoutFile({ file: _file, ...start }: UpgradeStart): UpgradeStart {
  return start;
}

function hopOf(hop: PlannedHop, start: UpgradeStart, isLast: boolean): UpgradeHop {
  return {
    from: hop.from.text,
    to: hop.to.text,
    reasons: hop.reasons,
    kubernetes: versions(hop.kubernetes),
    tested: hop.tested,
    notes: notesOf(hop),
    steps: stepsOf(hop, start, isLast),
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

import type { ObjectChange } from "../model/change.ts";
import type { DatastoreType } from "../model/datastore.ts";
import type { Reading } from "../model/reading.ts";
import { gapOf } from "../plan/controller/measure.ts";
import type { ControllerSeen } from "../plan/controller/seen.ts";
import { phaseOf, type ControllerStep } from "../plan/controller/step.ts";
import { isLeaseStep } from "../plan/lease/step.ts";
import { scaleCommand, workloadName } from "../plan/controller/stops.ts";
import type { ControllerRunResult } from "../plan/controller/result.ts";
import { targetOf, type LiveWorkload } from "../plan/controller/world.ts";
import type { StepWords } from "../plan/step-words.ts";
import { phaseTitles } from "./phase-titles.ts";
import { seconds } from "./seconds.ts";
import { sh } from "../model/shell.ts";

/** `deployment.apps/calico-kube-controllers`, as kubectl names it. */
export function resourceName(
  { kind, name }: { readonly kind: string; readonly name: string },
  group: string,
): string {
  return `${kind.toLowerCase()}.${group}/${name}`;
}

/** What a step changed, in kubectl's words, without a dry run's suffix; undefined for the run's lease. */
export function controllerLine(step: ControllerStep, group: string, restart: boolean): string | undefined {
  if (isLeaseStep(step)) return undefined;
  if (step.kind === "scale-down") return `${resourceName(step.workload, group)} scaled`;
  const done = !step.exists ? "created" : restart ? "restarted" : "configured";
  return `${resourceName(step.target, group)} ${done}`;
}

/** `group`: API group of Deployments; `suffix`: a dry run's. */
export function controllerWords(
  { group, restart }: { readonly group: string; readonly restart: boolean },
  suffix: string,
): StepWords<ControllerSeen, ControllerStep> {
  return {
    phase: phaseOf,
    title: (phase) => phaseTitles[phase],
    lines(step) {
      const line = controllerLine(step, group, restart);
      return line === undefined ? [] : [`${line}${suffix}`];
    },
    notice: () => undefined,
    nodeLine: () => undefined,
  };
}

/** How long no controller ran, and whether two ever did (hazards H22, H24). */
export function gapLine(seen: ControllerSeen): string {
  const { without, readyAfter } = gapOf(seen);
  const parts = [
    ...(without === undefined
      ? []
      : [`no controller ran for ${without.exact ? "" : "≤ "}${seconds(without.time)}`]),
    ...(readyAfter === undefined ? [] : [`Ready after ${seconds(readyAfter)}`]),
    overlapText(seen),
  ];
  return parts.join(", ");
}

function overlapText({ overlap }: ControllerSeen): string {
  return overlap.total === 0 && overlap.since === undefined
    ? "never two at once"
    : `two at once for ${String(Math.max(1, Math.round(overlap.total)))}ms (${overlap.pods.join(", ")})`;
}

/** What the time without a controller meant (hazard H24; upgrade document, policy controller). */
export function pausedLines(
  datastore: DatastoreType | "unknown",
  seen: ControllerSeen,
  changes: Reading<readonly ObjectChange[]>,
  balancers: boolean,
): readonly string[] {
  const { without, window } = gapOf(seen);
  if (without === undefined) return [];
  const time = seconds(without.time);
  if (datastore === "kubernetes")
    return [
      `policy is not affected; IPAM clean-up${balancers ? " and load-balancer addresses" : ""} paused ${time}`,
    ];
  if (!changes.known) return [`cannot tell what was created or relabeled in that time: ${changes.message}`];
  const missed = notEnforced(changes.value, window);
  if (missed.length === 0)
    return ["nothing was created or relabeled in that time that the controller had to process"];
  return [
    `created or relabeled in that time, and not enforced until the new controller had processed it:`,
    ...missed.map(({ kind, namespace, name, what }) => {
      const place = namespace === undefined ? name : `${namespace}/${name}`;
      return `  ${kind.toLowerCase()} ${place} ${what}`;
    }),
  ];
}

/**
 * Without a controller new policies, new namespaces, the pods in these, and changed labels are not enforced;
 * a new pod of an old namespace is (upgrade document).
 */
export function notEnforced(
  changes: readonly ObjectChange[],
  window: { readonly from: number; readonly to: number } | undefined,
): readonly ObjectChange[] {
  const during = changes.filter(({ at }) => window === undefined || (at >= window.from && at <= window.to));
  const fresh = new Set(
    during.flatMap(({ kind, name, what }) => (kind === "Namespace" && what === "created" ? [name] : [])),
  );
  return during.filter(({ kind, namespace = "", what }) => {
    if (kind === "Pod") return what === "relabelled" || (what === "created" && fresh.has(namespace));
    return kind === "NetworkPolicy" ? true : what !== "deleted";
  });
}

/** Controllers of before that nothing needs any more. */
export function leftoverLines(left: readonly LiveWorkload[]): readonly string[] {
  return left.map(
    ({ facts }) =>
      `${workloadName(facts)} is left at 0 replicas; once you do not go back: ${sh`kubectl delete -n ${facts.namespace} ${facts.kind.toLowerCase()}/${facts.name}`} (to start it again instead: ${scaleCommand(facts, 1)})`,
  );
}

/** What a run of the controller came to, and what has to be known of it. */
export function controllerClosing(result: ControllerRunResult): readonly string[] {
  const { stop, seen, goal, world, dryRun, datastore, changes, balancers, left } = result;
  if (dryRun !== "none") return [];
  const lines: string[] = [];
  if (stop === undefined && seen.wrote !== undefined) {
    const image = targetOf(world, goal)?.facts.image ?? "";
    lines.push(`${workloadName(goal.target)} runs ${image}: ${gapLine(seen)}`);
  }
  if (stop !== undefined && seen.overlap.total > 0) lines.push(`Warning: ${gapLine(seen)}`);
  if (seen.wrote !== undefined) lines.push(...pausedLines(datastore, seen, changes, balancers));
  lines.push(...leftoverLines(left));
  return lines;
}

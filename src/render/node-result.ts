import type { DaemonSetFacts } from "../model/daemonset.ts";
import type { JsonObject } from "../model/kube.ts";
import type { Truth } from "../model/reading.ts";
import { formatTime, type Millis } from "../model/time.ts";
import type { Stop } from "../plan/decision.ts";
import { commandFor } from "../plan/node/command.ts";
import { gapOf } from "../plan/node/measure.ts";
import type { NodeGoal } from "../plan/node/goal.ts";
import { isSilent, outdatedNodes } from "../plan/node/pin.ts";
import type { Seen } from "../plan/node/seen.ts";
import type { NodeWorld } from "../plan/node/world.ts";
import { podOn } from "../plan/node/world.ts";
import { seconds } from "./seconds.ts";
import { some } from "../model/words.ts";

/** What a node run came to. */
export interface NodeRunResult {
  readonly goal: NodeGoal;
  readonly world: NodeWorld;
  readonly seen: Seen;
  readonly stop?: Stop;
  readonly dryRun: "none" | "client" | "server";
  /** The graceful-restart budget (hazard H22); undefined where BGP is not in use. */
  readonly budget?: Millis;
  readonly bgp: Truth;
  readonly ended: Millis;
  /** The directory with what the run changed; undefined where it changed nothing that `undo` takes back. */
  readonly bundle?: string;
  /** Where that is, and how it is taken back. */
  readonly saved?: string;
}

/** `kind: NodeUpgrade`, described by docs/schema. Times in seconds. */
export function nodeResultObject(result: NodeRunResult): JsonObject {
  const { goal, world, seen, stop } = result;
  const facts = world.daemonSet?.facts;
  const left = outdatedNodes(world);
  return {
    apiVersion: "calico-upgrade/v1alpha1",
    kind: "NodeUpgrade",
    time: formatTime(result.ended),
    dryRun: result.dryRun,
    succeeded: stop === undefined,
    ...(facts === undefined
      ? {}
      : {
          daemonSet: {
            namespace: facts.namespace,
            name: facts.name,
            uid: facts.uid,
            updateStrategy: facts.strategy.type,
            pinned: facts.pinned !== undefined,
          },
        }),
    ...(result.budget === undefined ? {} : { budgetSeconds: inSeconds(result.budget) }),
    nodes: goal.nodes.map((name) => nodeObject(name, result)),
    ...(result.bundle === undefined ? {} : { bundle: result.bundle }),
    remaining: left.map((name) => ({ name, silent: isSilent(world, name) })),
    ...(stop === undefined
      ? {}
      : {
          stopped: {
            ...(stop.id === undefined ? {} : { id: stop.id }),
            ...(stop.node === undefined ? {} : { node: stop.node }),
            message: stop.message,
            ...(stop.hint === undefined ? {} : { hint: stop.hint }),
            interrupted: stop.interrupted === true,
          },
        }),
  };

  function nodeObject(name: string, { dryRun }: NodeRunResult): JsonObject {
    const own = seen.nodes[name];
    const node = world.nodes.get(name);
    const pod = podOn(world, name);
    const gap = own === undefined || dryRun !== "none" ? {} : gapOf(own);
    const outcome = own?.outcome;
    return {
      name,
      result:
        outcome?.result ?? (stop?.node === name || own?.deleted !== undefined ? "failed" : "not reached"),
      ...(outcome?.result === "skipped" ? { reason: outcome.why } : {}),
      ...(pod === undefined || dryRun !== "none"
        ? {}
        : { pod: { name: pod.name, uid: pod.uid, ready: pod.ready } }),
      unschedulable: node?.unschedulable ?? null,
      ...(gap.down === undefined
        ? {}
        : {
            downSeconds: inSeconds(gap.down.time),
            downExact: gap.down.exact,
            overBudget: overBudget(gap.down.time, result),
          }),
      ...(gap.readyAfter === undefined ? {} : { readyAfterSeconds: inSeconds(gap.readyAfter) }),
      networkingVerified: own?.probed === true,
    };
  }
}

/** A node's own line: how long it was down, against what, and when it was Ready (hazards H22, H26). */
export function nodeLine(
  name: string,
  result: Pick<NodeRunResult, "seen" | "budget" | "bgp" | "goal">,
): string | undefined {
  const own = result.seen.nodes[name];
  if (own?.outcome?.result !== "restarted") return undefined;
  const gap = gapOf(own);
  const parts = [];
  if (gap.down !== undefined) {
    const time = `down ${gap.down.exact ? "" : "≤ "}${seconds(gap.down.time)}`;
    if (result.budget === undefined)
      parts.push(
        `${time} (${result.bgp === false ? "no BGP: no budget" : "whether BGP is in use is not known"})`,
      );
    else if (gap.down.time > result.budget)
      parts.push(
        `${time}: over the graceful-restart budget of ${seconds(result.budget)}, peers may have dropped this node's routes for a while`,
      );
    else parts.push(`${time} of ${seconds(result.budget)}`);
  }
  if (gap.readyAfter !== undefined) parts.push(`Ready after ${seconds(gap.readyAfter)}`);
  else if (!result.goal.expectReady)
    parts.push("running; Ready comes when Calico's data migration is completed");
  parts.push(own.probed === true ? "a pod got an address" : "pod networking not verified");
  return `node/${name} done: ${parts.join(", ")}`;
}

/** What is left to do or to know, on standard error at the end. */
export function closingLines(result: NodeRunResult): readonly string[] {
  const { world, goal, stop } = result;
  const facts = world.daemonSet?.facts;
  if (facts === undefined) return [];
  const outdated = outdatedNodes(world);
  const silent = outdated.filter((name) => isSilent(world, name));
  const left = outdated.filter((name) => !isSilent(world, name));
  const lines: string[] = [];
  const where = `daemonset ${facts.namespace}/${facts.name}`;
  if (facts.pinned !== undefined) {
    const back = facts.pinned === "unreadable" ? "its own strategy" : facts.pinned.type;
    lines.push(
      `${where} is held at updateStrategy OnDelete; ${back} goes back when every node that answers runs the newest revision` +
        `${left.length === 0 ? "" : ` (${left.length} left: ${some(left, 5)})`}. Do not apply it elsewhere meanwhile. ` +
        `To end it at once: ${commandFor(goal, "node", "--unpin")}`,
    );
  }
  if (silent.length > 0) {
    lines.push(
      `${some(silent, 5)} ${silent.length === 1 ? "is" : "are"} silent and still on an older revision: ${afterSilence(facts, goal, silent)}`,
    );
  }
  if (result.saved !== undefined) lines.push(result.saved);
  if (stop === undefined && left.length > 0 && result.dryRun === "none") {
    lines.push(`next: ${commandFor(goal, "node", left[0] ?? "")}`);
  }
  return lines;
}

/** What becomes of nodes that were silent: that depends on who restarts pods there. */
function afterSilence(
  { pinned, strategy }: Pick<DaemonSetFacts, "pinned" | "strategy">,
  goal: NodeGoal,
  silent: readonly string[],
): string {
  if (pinned !== undefined)
    return "once the strategy is back, the DaemonSet controller may restart calico-node there by itself";
  if (strategy.type !== "OnDelete")
    return "the DaemonSet controller may restart calico-node there by itself, uncordoned";
  return `when the kubelet answers again: ${commandFor(goal, "node", ...silent)}`;
}

function overBudget(down: Millis, { budget }: NodeRunResult): boolean | null {
  return budget === undefined ? null : down > budget;
}

function inSeconds(time: Millis): number {
  return Math.round(time / 100) / 10;
}

import type { Ended, Stop } from "../plan/decision.ts";
import type { ObjectsSeen } from "../plan/objects/procedure.ts";
import type { PartResult } from "../plan/sequence/procedure.ts";
import type { ControllerOutcome } from "./controller/operation.ts";
import { plural, some } from "../model/words.ts";
import { leftText } from "../render/node-left.ts";
import type { Prepulled } from "./prepull/operation.ts";
import type { RemainingDone } from "./node/remaining.ts";

/** What a part of a run came to, from what its own procedure says. */

export function objectsEnded(
  { memory, ...ended }: Ended<ObjectsSeen>,
  done: string,
  unchanged = done,
): Ended<PartResult> {
  const wrote = Object.keys(memory.written).length > 0;
  return withResult(
    ended,
    wrote ? { state: "done", because: done } : { state: "unchanged", because: unchanged },
  );
}

export function controllerEnded(outcome: ControllerOutcome, done: string): Ended<PartResult> {
  if (outcome.kind === "refused") return refused(outcome.refusals);
  const { stop, interrupted } = outcome.result;
  return withResult(endOf(stop, interrupted), { state: "done", because: done });
}

/** What was pulled before anything was changed. */
export function prepullEnded({ result, stop, interrupted }: Prepulled): Ended<PartResult> {
  const because =
    result === undefined
      ? "no image has to be pulled"
      : `images pulled on ${plural(result.nodes.filter(({ result: each }) => each === "pulled").length, "node")}`;
  return withResult(endOf(stop, interrupted), {
    state: result === undefined ? "unchanged" : "done",
    because,
  });
}

/** Silent nodes are left: what they run with stays in use (hazards H01, H16). */
export function nodesEnded(
  { results, refusals, left, interrupted }: RemainingDone,
  done: string,
): Ended<PartResult> {
  if (refusals.length > 0) return refused(refusals, interrupted);
  const last = results.at(-1);
  const { silent } = left;
  const open = [
    ...(silent.length === 0
      ? []
      : [`silent nodes run the older revision or older values: ${silent.join(", ")}`]),
    ...(left.excluded.length === 0
      ? []
      : [`not selected, and on the older revision or values: ${some(left.excluded, 5)}`]),
    ...(last?.left === undefined ? [] : [leftText(last.left, last.goal)]),
  ];
  return withResult(
    endOf(last?.stop, interrupted),
    open.length === 0
      ? { state: results.length === 0 ? "unchanged" : "done", because: done }
      : { state: "left", because: open.join("; ") },
  );
}

function endOf(stop: Stop | undefined, interrupted: boolean): Bare {
  return stop === undefined ? { kind: "done", interrupted } : { kind: "stopped", reason: stop, interrupted };
}

type Bare = { readonly interrupted: boolean } & (
  | { readonly kind: "done" }
  | { readonly kind: "stopped"; readonly reason: Stop }
);

function withResult(ended: Bare, result: PartResult): Ended<PartResult> {
  if (ended.kind === "done") return { ...ended, memory: result };
  const memory: PartResult = { state: "failed", because: ended.reason.message, stop: ended.reason };
  return { ...ended, memory };
}

/** Nothing of the part was begun: what let it pass before the question has changed since. */
function refused(refusals: readonly Stop[], interrupted = false): Ended<PartResult> {
  const [first = { message: "it is refused" }, ...others] = refusals;
  const message = [first.message, ...others.map(({ message: text }) => text)].join("; ");
  return withResult(
    { kind: "stopped", reason: { ...first, message }, interrupted },
    { state: "failed", because: message },
  );
}

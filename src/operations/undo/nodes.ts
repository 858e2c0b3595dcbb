import { contentOf } from "../../bundle/content.ts";
import { formerOwner } from "../../merge/former-managers.ts";
import { restoreObject } from "../../merge/restore-object.ts";
import { daemonSetFacts } from "../../model/daemonset.ts";
import { templateOf } from "../../plan/pod-of-template.ts";
import type { NodesLeft, Remaining, RemainingRequest } from "../node/remaining.ts";
import { nodesToDo } from "../node/remaining.ts";
import type { Session } from "../session.ts";
import { patience, type UndoRequest } from "./request.ts";
import type { UndoTarget } from "./staged-entries.ts";

/** The DaemonSet's former template, and the nodes on their way back to it; undefined where the run made the DaemonSet. */
export function nodesBack(
  { entry, before, managers, live: first }: UndoTarget,
  request: UndoRequest,
  settled: readonly string[],
): Remaining | undefined {
  if (before === undefined) return undefined;
  const { ref } = entry;
  const facts = daemonSetFacts(before);
  return {
    request: requestOf(entry, request, settled),
    make: () =>
      Promise.resolve({
        facts: facts.template,
        strategy: facts.strategy,
        podTemplate: templateOf(before),
        ...(first === undefined ? {} : { plannedOn: daemonSetFacts(first).template.fingerprint }),
        reconcile(live) {
          const judged = first === undefined ? undefined : contentOf(first);
          const owner = formerOwner(before, managers);
          const found = restoreObject(live, contentOf(live), before, ref, owner, judged);
          return found === undefined
            ? { writes: [], template: false }
            : { writes: [found.write], template: found.template };
        },
      }),
  };
}

/** Whether the template is as it was and nodes still run the other one: an undo was interrupted there. */
export async function nodesAreBehind(
  session: Session,
  { entry }: UndoTarget,
  request: UndoRequest,
): Promise<boolean> {
  const asItIs = { request: requestOf(entry, request, []), make: () => Promise.resolve(undefined) };
  const left: NodesLeft = await nodesToDo(session, asItIs);
  return left.template || left.nodes.length + left.silent.length > 0;
}

function requestOf(
  { namespace = "", name }: UndoTarget["entry"],
  { ignored, settle, prepull, bgpCheck, selection, pace }: UndoRequest,
  settled: readonly string[],
): RemainingRequest {
  return {
    templateOnly: true,
    noCordon: false,
    timeout: patience,
    takeOver: true,
    ignored: new Set([...ignored, ...settled]),
    daemonSet: { namespace, name },
    ...(settle === undefined ? {} : { settle }),
    ...(prepull === undefined ? {} : { prepull }),
    ...(bgpCheck === undefined ? {} : { bgpCheck }),
    ...(selection === undefined ? {} : { selection }),
    ...(pace === undefined ? {} : { pace }),
  };
}

import type { Ref } from "../../model/kube.ts";
import { objectKey, objectName } from "../../model/object-name.ts";
import { stepTitles, type ApplyStepId } from "../../plan/apply/parts.ts";
import type { ApplyGoal } from "../../plan/apply/stages.ts";
import type { Ended } from "../../plan/decision.ts";
import type { ObjectsGoal } from "../../plan/objects/goal.ts";
import type { PartResult } from "../../plan/sequence/procedure.ts";
import { writeObjects } from "../objects.ts";
import { objectsEnded } from "../part-results.ts";
import type { Session } from "../session.ts";
import type { ApplyState } from "./state.ts";

export interface StagesResult {
  readonly ended: Ended<PartResult>;
  readonly refs: readonly Ref[];
}

/** Writes the objects of a step from what is known of them, and notes what became of each. */
export async function writeStages(
  id: ApplyStepId,
  stages: ObjectsGoal["stages"],
  session: Session,
  { planned, request, known, objects, bundle }: ApplyState,
): Promise<StagesResult> {
  const title = stepTitles[id];
  const refs: Ref[] = [];
  const goal: ObjectsGoal = { stages, timeout: request.nodes.timeout, commands: session.commands };
  const keep = new Map(known);
  const ended = await writeObjects(session, goal, {
    serverVersion: planned.upgrade.discovery.version,
    known,
    keep,
    onPut({ ref, outcome, bookkeeping }) {
      if (bookkeeping === true) return;
      const { namespace } = ref;
      refs.push(ref);
      objects.push({
        step: id,
        name: objectName(ref),
        outcome,
        ...(namespace === undefined ? {} : { namespace }),
      });
    },
    ...(bundle === undefined ? {} : { bundle }),
  });
  // A dry run has written nothing.
  for (const { ref } of session.dryRun === "none" ? planned.upgrade.targets : [])
    known.set(objectKey(ref), keep.get(objectKey(ref)));
  const count = refs.length;
  const done = `${String(count)} ${count === 1 ? "object" : "objects"}: ${title}`;
  const outcome = objectsEnded(ended, done, `nothing to do: ${title}`);
  return { ended: outcome, refs };
}

/** What the whole run brings the objects of the file to. */
export function goalOf(
  { planned, request }: Pick<ApplyState, "planned" | "request">,
  { dryRun }: Pick<Session, "dryRun">,
  openKeys: ApplyGoal["openKeys"] = () => [],
): ApplyGoal {
  const { upgrade, recreated } = planned;
  return {
    targets: upgrade.targets,
    recreated,
    install: upgrade.install,
    choices: request.choices,
    dryRun: dryRun !== "none",
    openKeys,
  };
}

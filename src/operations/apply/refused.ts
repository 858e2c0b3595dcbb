import { ruleError, userError } from "../../errors.ts";
import { manager } from "../../model/names.ts";
import { rightKey, type NeededRight } from "../../model/right.ts";
import type { Write } from "../../model/write.ts";
import { conflictLines, intended, type Wholes } from "../../plan/apply/intended.ts";
import { deletion } from "../../plan/apply/recreate.ts";
import { isCrd, isLeftAlone, type Choices, type ApplyTarget } from "../../plan/apply/target.ts";
import { followRights } from "../follow-rights.ts";
import { checkRights } from "../node/rights.ts";
import type { Session } from "../session.ts";
import { refusedWrites, rightsOfWrites, type TriedWrites } from "../try-writes.ts";
import type { UpgradeContext } from "./upgrade-context.ts";

/** Fields that somebody else has set since the last apply: shown, and not overwritten unseen (hazard H14). */
export function refuseConflicts(targets: readonly ApplyTarget[], choices: Choices, applied: Wholes): void {
  const lines = targets
    .filter((target) => !isLeftAlone(target, choices))
    .flatMap((target) => conflictLines(target.ref, applied(target).conflicts));
  if (lines.length === 0 || choices.forceConflicts) return;
  throw ruleError("H14", [
    "the file would change what somebody else has set since the last apply:",
    ...lines.map((line) => `  ${line}`),
    "put these values into the file, or let the file win with --force-conflicts; nothing was changed",
  ]);
}

/** What the server would refuse in the middle is refused here, where it can say so beforehand (hazard H27). */
export async function refuseRefused(
  session: Session,
  { discovery, install }: UpgradeContext,
  changed: readonly ApplyTarget[],
  recreated: readonly ApplyTarget[],
  choices: Choices,
  applied: Wholes,
  /** Takes what the server has made of each. */
  tried: TriedWrites,
): Promise<void> {
  const namespaces = changed.filter(({ ref, before }) => ref.kind === "Namespace" && before === undefined);
  const kinds = changed.filter(({ object, before }) => isCrd(object) && before === undefined);
  // What stands in a namespace or is of a kind that only this run makes cannot be tried.
  const isEarly = ({ ref }: ApplyTarget): boolean =>
    namespaces.some(({ ref: { name } }) => name === ref.namespace) ||
    kinds.some(({ object }) => object.metadata.name === `${ref.resource}.${ref.group}`);
  const writes = changed.flatMap((target) => {
    const { part, before } = target;
    if (part === "node" && before !== undefined) return [];
    const first = intended("expand", target, before, install, choices);
    const write = first ?? applied(target).write;
    return write === undefined ? [] : [{ target, write }];
  });
  const removed = recreated.map(deletion);
  const made = recreated.map(({ ref, object }): Write => ({
    verb: "create",
    ref,
    body: object,
    fieldManager: manager,
  }));
  await checkRights(session.connection, [
    ...rightsOfWrites([...writes.map(({ write }) => write), ...removed, ...made]),
    ...followingOf(changed),
  ]);
  const sent = writes
    .filter(({ target }) => !recreated.includes(target) && !isEarly(target))
    .map(({ write }) => write);
  const refused = await refusedWrites(session, discovery.version, [...sent, ...removed, ...made], tried);
  if (refused.length === 0) return;
  throw userError(
    `the server refuses what the file asks for; nothing was changed:\n  ${refused.join("\n  ")}`,
  );
}

/** What a run waits for between its writes: it would stop there without the right to see it. */
function followingOf(changed: readonly ApplyTarget[]): readonly NeededRight[] {
  const rights = changed.flatMap((target): readonly NeededRight[] => {
    const { part, ref, object, before } = target;
    if (isCrd(object)) return before === undefined ? followRights(ref) : [];
    if (ref.kind !== "Deployment" || (part !== "typha" && part !== "controller")) return [];
    const pods = {
      group: "",
      resource: "pods",
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    };
    return [...followRights(ref), ...(part === "controller" ? followRights(pods) : [])];
  });
  return [...new Map(rights.map((right) => [rightKey(right), right])).values()];
}

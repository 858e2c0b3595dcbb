import { hasServerDryRun } from "../../cluster/server-dry-run.ts";
import type { Connection } from "../../cluster/port.ts";
import { sendWrite } from "../../cluster/write.ts";
import { isApiError, isFieldConflict, ruleError, userError } from "../../errors.ts";
import type { Ref } from "../../model/kube.ts";
import { objectName } from "../../model/object-name.ts";
import type { Write } from "../../model/write.ts";
import { conflictLines, intended, type Wholes } from "../../plan/apply/intended.ts";
import { isCrd, isLeftAlone, type Choices, type Target } from "../../plan/apply/target.ts";
import type { Scene } from "./scene.ts";

/** Fields that somebody else has set since the last apply: shown, and not overwritten unseen (hazard H14). */
export function refuseConflicts(targets: readonly Target[], choices: Choices, applied: Wholes): void {
  const lines = targets
    .filter((target) => !isLeftAlone(target, choices))
    .flatMap((target) => conflictLines(target.ref, applied(target).conflicts));
  if (lines.length === 0 || choices.forceConflicts) return;
  throw ruleError(
    "H14",
    `the file would change what somebody else has set since the last apply:\n  ${lines.join("\n  ")}\n` +
      "put these values into the file, or let the file win with --force-conflicts; nothing was changed",
  );
}

/** What the server would refuse in the middle is refused here, where it can say so beforehand (hazard H27). */
export async function refuseRefused(
  { connection, discovery, install }: Scene,
  changed: readonly Target[],
  recreated: readonly Target[],
  choices: Choices,
  applied: Wholes,
): Promise<void> {
  const namespaces = changed.filter(({ ref, before }) => ref.kind === "Namespace" && before === undefined);
  const kinds = changed.filter(({ object, before }) => isCrd(object) && before === undefined);
  const writes = changed.flatMap((target) => {
    const { ref, part, before } = target;
    const early =
      namespaces.some(({ ref: { name } }) => name === ref.namespace) ||
      kinds.some(({ object }) => object.metadata.name === `${ref.resource}.${ref.group}`);
    if ((part === "node" && before !== undefined) || recreated.includes(target) || early) return [];
    const first = intended("expand", target, before, install, choices);
    const write = first ?? applied(target).write;
    return write === undefined ? [] : [{ ref, write }];
  });
  const refused = await tryWrites(connection, discovery.version, writes);
  if (refused.length === 0) return;
  throw userError(
    `the server refuses what the file asks for; nothing was changed:\n  ${refused.join("\n  ")}`,
  );
}

/**
 * Sends writes as a dry run, side by side, where the server has one: what admission, validation or
 * escalation prevention (hazard H27) would refuse is known before the first write. Answers the refusals.
 */
async function tryWrites(
  connection: Connection,
  serverVersion: string,
  writes: readonly { readonly ref: Ref; readonly write: Write }[],
): Promise<readonly string[]> {
  const [first] = writes;
  if (first === undefined || !(await hasServerDryRun(connection, serverVersion, first.write))) return [];
  const answers = await Promise.all(
    writes.map(async ({ ref, write }) => {
      try {
        await sendWrite(connection, write, { dryRun: true, serverVersion });
        return [];
      } catch (error) {
        // Somebody wrote it this very moment: the run itself looks again.
        if (isApiError(error) && error.status === 409 && !isFieldConflict(error)) return [];
        if (isApiError(error)) return [`${objectName(ref)}: ${error.message}`];
        throw error;
      }
    }),
  );
  return answers.flat();
}

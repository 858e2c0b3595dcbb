import { userError } from "../../errors.ts";
import { objectKey } from "../../model/object-name.ts";
import type { Write } from "../../model/write.ts";
import { followRights } from "../follow-rights.ts";
import { checkRights } from "../node/rights.ts";
import type { Session } from "../session.ts";
import { refusedWrites, rightsOfWrites } from "../try-writes.ts";
import { stagesOf } from "./goal.ts";
import type { DataWork } from "./prepare.ts";
import type { OldPlace } from "./read.ts";

/**
 * Refuses before the first write what the user may not do, or the server would not take (hazard H27). Throws
 * UserError. What is of a kind that only the run
 * defines cannot be tried.
 */
export async function refuseDataWrites(
  session: Session,
  serverVersion: string,
  work: DataWork,
  places: readonly OldPlace[],
): Promise<void> {
  const { stages, known } = stagesOf(work, places, true);
  const made = work.kind === "bring" ? work.definitions.missing : [];
  const writes = stages.flat().flatMap(({ ref, intended }): Write[] => {
    const write = intended(known.get(objectKey(ref)), session.clock.now());
    return write === undefined || "message" in write ? [] : [write];
  });
  const follows = writes
    .filter(({ ref }) => ref.kind === "CustomResourceDefinition")
    .slice(0, 1)
    .flatMap(({ ref }) => followRights(ref));
  await checkRights(session.connection, [...rightsOfWrites(writes), ...follows]);
  if (session.dryRun === "client") return;
  const lacking = new Set(made.map(({ metadata: { name } }) => name));
  const tried = writes.filter(({ ref }) => !lacking.has(`${ref.resource}.${ref.group}`));
  const refused = await refusedWrites(session, serverVersion, tried);
  if (refused.length > 0)
    throw userError(
      `the server refuses what has to be written; nothing was changed:\n  ${refused.join("\n  ")}`,
    );
}

import type { Connection } from "../../cluster/port.ts";
import { readObject } from "../../cluster/read-object.ts";
import { sendWrite } from "../../cluster/write.ts";
import { isApiError, isFieldConflict, userError } from "../../errors.ts";
import type { DryRun } from "../../flags/dry-run.ts";
import type { KubeObject, Ref } from "../../model/kube.ts";
import type { Write } from "../../model/write.ts";
import { isUnknown, mayAskAgain, pauseAfter } from "../../perform/ask-again.ts";
import { objectName } from "../../model/object-name.ts";

/** What became of one object in one step. */
export type PutOutcome = "created" | "configured" | "serverside-applied" | "deleted" | "unchanged";

export interface Put {
  readonly outcome: PutOutcome;
  /** As the server answered; what was there where nothing was written. */
  readonly object: KubeObject | undefined;
}

/** With the pauses in between some six seconds: an API server behind a load balancer comes back in that. */
const attempts = 6;

/**
 * Reads an object, asks what to write, and writes it; after a lost race, an answer that did not come, or a kind
 * that is not served yet, it is read and asked again. The write is a compare-and-swap, so whoever came first is
 * never overwritten unseen, and what has arrived already is not sent twice.
 */
export async function put(
  connection: Connection,
  ref: Ref,
  decide: (live: KubeObject | undefined) => Write | undefined,
  options: { readonly dryRun: DryRun; readonly serverVersion: string },
): Promise<Put> {
  /** What was sent and not answered. */
  let sent: PutOutcome | undefined;
  for (let attempt = 1; ; attempt += 1) {
    let outcome: PutOutcome | undefined;
    try {
      const live = await readObject(connection, ref);
      const write = decide(live);
      if (write === undefined) return { outcome: sent ?? "unchanged", object: live };
      outcome = outcomeOf(live, write);
      if (options.dryRun === "client") return { outcome, object: live };
      const { object } = await sendWrite(connection, write, {
        dryRun: options.dryRun === "server",
        serverVersion: options.serverVersion,
      });
      return { outcome, object };
    } catch (error) {
      if (isFieldConflict(error)) throw fieldConflict(ref, error);
      if (!mayAskAgain(error) || isMissing(error, outcome) || attempt === attempts) throw named(ref, error);
      if (isUnknown(error)) sent = outcome ?? sent;
      await pauseAfter(attempt);
    }
  }
}

/** Something else that the server needs for a new object is not there; a kind that it serves in a moment has no name. */
function isMissing(error: unknown, outcome: PutOutcome | undefined): boolean {
  return (
    outcome === "created" && isApiError(error) && error.status === 404 && Boolean(error.details?.["name"])
  );
}

function outcomeOf(live: KubeObject | undefined, write: Write): PutOutcome {
  if (write.verb === "delete") return "deleted";
  if (live === undefined) return "created";
  return write.verb === "patch" && write.patch === "apply" ? "serverside-applied" : "configured";
}

/** Which object it was, in front of what the server says. */
function named(ref: Ref, error: unknown): unknown {
  return isApiError(error) ? userError(`${objectName(ref)}: ${error.message}`) : error;
}

function fieldConflict(ref: Ref, error: unknown): Error {
  const { message } = error as Error;
  return userError(
    `${objectName(ref)}: ${message}; these fields have other managers: --force-conflicts takes them over`,
  );
}

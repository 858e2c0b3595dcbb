import type { OpenBundle } from "../bundle/write.ts";
import type { Draft } from "../model/draft.ts";
import { objectPath } from "../cluster/paths.ts";
import type { Connection } from "../cluster/port.ts";
import { sendWrite } from "../cluster/write.ts";
import type { Listening } from "../context.ts";
import { apiError, isApiError, isConnectionError } from "../errors.ts";
import type { DryRun } from "../flags/dry-run.ts";
import type { KubeObject } from "../model/kube.ts";
import type { Write } from "../model/write.ts";

/** A write, and what has to be saved before it is sent. */
export interface SavedWrite {
  readonly write: Write;
  readonly draft: Draft;
}

export interface Round<T> {
  readonly connection: Connection;
  /** Of discovery: v1.36.4. */
  readonly serverVersion: string;
  readonly dryRun: DryRun;
  /** Absent in a dry run. */
  readonly bundle?: OpenBundle;
  readonly interrupt: Pick<Listening, "first" | "second">;
  readonly done: (item: T, answer?: KubeObject) => void;
}

/** What a round came to. */
export interface RoundResult<T> {
  /** Somebody was quicker, or what became of it is not known: the cluster has to be read again. */
  readonly beaten: readonly { readonly item: T; readonly error: unknown }[];
  /** The server refused it: no further write was sent. */
  readonly failed?: { readonly item: T; readonly error: unknown };
  /** Not sent, because of a failure or of Ctrl-C. */
  readonly left: readonly T[];
}

/** The connection lets four requests run side by side; a few more wait at its door. */
const workers = 8;

/**
 * Saves everything, then sends every write, side by side: for writes whose order does not matter. One
 * that met another state of its object changes nothing.
 */
export async function sendSaved<T extends SavedWrite>(
  writes: readonly T[],
  round: Round<T>,
): Promise<RoundResult<T>> {
  const { bundle, interrupt, dryRun } = round;
  const ids = bundle === undefined ? [] : await bundle.save(writes.map(({ draft }) => draft));
  const queue = writes.entries();
  const beaten: { item: T; error: unknown }[] = [];
  const left: T[] = [];
  let failed: RoundResult<T>["failed"];
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) {
      const id = ids[at] ?? 0;
      if (failed !== undefined || interrupt.first.aborted) {
        bundle?.dropped(id);
        left.push(item);
        continue;
      }
      try {
        const answer = dryRun === "client" ? undefined : await send(item.write, round);
        bundle?.done(id, answer);
        round.done(item, answer);
      } catch (error) {
        const outcome = interrupt.second.aborted ? "unknown" : outcomeOf(error);
        if (outcome !== "unknown") bundle?.dropped(id);
        if (outcome === "failed") failed ??= { item, error };
        else beaten.push({ item, error });
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return { beaten, left, ...(failed === undefined ? {} : { failed }) };
}

/** Below 1.14, and where it does not say, resourceVersion as a precondition of DELETE is ignored (hazard H08). */
export function ignoresPreconditions(serverVersion: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(serverVersion) ?? [];
  return major === undefined || (major === "1" && Number(minor) < 14);
}

async function send(write: Write, round: Omit<Round<never>, "done">): Promise<KubeObject> {
  const { connection, serverVersion, dryRun, interrupt } = round;
  if (write.verb === "delete" && ignoresPreconditions(serverVersion)) {
    const { body } = await connection.request({ method: "GET", path: objectPath(write.ref) });
    const { uid, resourceVersion } = (body as KubeObject).metadata;
    if (uid !== write.uid || resourceVersion !== write.resourceVersion) {
      throw apiError({ status: 409, reason: "Conflict", message: "it was changed in between" });
    }
  }
  const { object } = await sendWrite(connection, write, {
    dryRun: dryRun === "server",
    serverVersion,
    signal: interrupt.second,
  });
  return object;
}

/**
 * conflict: nothing was changed, and the state is another than the one that was read. unknown: nobody
 * knows what became of the write. failed: asking again changes nothing.
 */
function outcomeOf(error: unknown): "conflict" | "unknown" | "failed" {
  if (isConnectionError(error)) return "unknown";
  if (!isApiError(error)) return "failed";
  if (error.status === 409 || error.status === 404 || isTerminating(error.details)) return "conflict";
  return error.status >= 500 ? "unknown" : "failed";
}

/** A namespace that began to go takes nothing new. */
function isTerminating(details: Readonly<Record<string, unknown>> | undefined): boolean {
  const causes = details?.["causes"];
  return (
    Array.isArray(causes) &&
    causes.some(({ reason }: { readonly reason?: string }) => reason === "NamespaceTerminating")
  );
}

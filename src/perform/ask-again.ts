import { isApiError, isConnectionError, isFieldConflict } from "../errors.ts";
import type { Millis } from "../model/time.ts";

/** Somebody was quicker (409), the object is gone (404), or nobody knows what became of the write. */
export function mayAskAgain(error: unknown): boolean {
  if (isUnknown(error)) return true;
  // Somebody else owns a field: asking again changes nothing.
  if (isFieldConflict(error)) return false;
  return isApiError(error) && ([404, 409, 410, 429].includes(error.status) || isTerminating(error.details));
}

/** A namespace that began to go takes nothing new. */
function isTerminating(details: Readonly<Record<string, unknown>> | undefined): boolean {
  const causes = details?.["causes"];
  return (
    Array.isArray(causes) &&
    causes.some(({ reason }: { readonly reason?: string }) => reason === "NamespaceTerminating")
  );
}

/** It may have been done, and it may not. */
export function isUnknown(error: unknown): boolean {
  return isConnectionError(error) || (isApiError(error) && error.status >= 500);
}

/** The server has said no: it was not done and will not be. */
export function isRefused(error: unknown): boolean {
  return isApiError(error) && error.status < 500;
}

/** Waits longer with each failure in a row, and not at all after the first. */
export async function pauseAfter(failures: number, signal?: AbortSignal): Promise<void> {
  if (failures > 1) await pause(Math.min(100 * 2 ** failures, 5_000), signal);
}

/** Ends early with the signal. */
export async function pause(time: Millis, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, time);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

import { isApiError, isConnectionError, reasonOf } from "../errors.ts";
import { known, type Reading } from "../model/reading.ts";

/**
 * What a request brought, or why it brought nothing: no permission, not served, or any other failure,
 * a lost connection included. Throws only when the server does not know who asks (401).
 */
export async function readingOf<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (!isApiError(error)) {
      const message = reasonOf(error);
      const isOwn = isConnectionError(error) && error.badAnswer !== true && message.includes("\n");
      return { known: false, why: "failed", message, ...(isOwn ? { ownLines: true } : {}) };
    }
    if (error.status === 401) throw error;
    const why = error.status === 403 ? "forbidden" : error.status === 404 ? "not served" : "failed";
    return { known: false, why, message: reasonOf(error) };
  }
}

/** A reading that somebody decided to do without. */
export const notAsked: Reading<never> = { known: false, why: "not asked", message: "not asked for" };

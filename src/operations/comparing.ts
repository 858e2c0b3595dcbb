import type { ObjectsAbout, PoliciesAbout } from "./events.ts";
import type { Session } from "./session.ts";

/** Looks once more after the writes of a procedure, which `about` tells, and tells what that showed. */
export async function comparing<
  T extends { readonly question: string | undefined; readonly stopped?: string },
>({ emit }: Pick<Session, "emit">, about: ObjectsAbout | PoliciesAbout, look: () => Promise<T>): Promise<T> {
  try {
    const seen = await look();
    const equal = seen.question === undefined && seen.stopped === undefined;
    emit({ kind: "compared", about, found: equal ? "equal" : "different" });
    return seen;
  } catch (error) {
    emit({ kind: "compared", about, found: "unknown" });
    throw error;
  }
}

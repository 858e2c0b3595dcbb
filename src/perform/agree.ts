/** What a question rests on, and whether there is something to ask. */
export interface Agreeable {
  /** Equal for two looks that show the same: another basis is asked about again (hazard H32). */
  readonly basis: string;
  /** Undefined: nothing is to be agreed on. */
  readonly question: string | undefined;
}

/**
 * Looks, asks, and looks again at everything that the question rests on: minutes pass while a question stands
 * (hazard H32). What is different is shown and asked again. Undefined: the user said no. `show`: told before each
 * question; `again`: the last answer was about something else.
 */
export async function agree<T extends Agreeable>(
  look: () => Promise<T>,
  options: {
    readonly ask: (question: string) => Promise<boolean>;
    readonly show: (seen: T, again: boolean) => void;
    /** False where nobody was asked, with -y: no time has passed. */
    readonly waited: () => boolean;
  },
): Promise<T | undefined> {
  let seen = await look();
  for (let again = false; ; again = true) {
    options.show(seen, again);
    if (seen.question === undefined) return seen;
    if (!(await options.ask(seen.question))) return undefined;
    if (!options.waited()) return seen;
    const now = await look();
    if (now.basis === seen.basis) return now;
    seen = now;
  }
}
